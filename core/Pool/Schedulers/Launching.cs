using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Pool;

/// <summary>The tasks of one ACCEPT, one after another, out of what its offers hold.</summary>
internal sealed class Launching(
    PoolState state, Decision decision, PooledFramework framework, PooledAgent agent, string role, ResourceBag available, DateTimeOffset now)
{
    private readonly HashSet<string> launched = [];

    /// <summary>What no task has taken yet, without the role it is given to.</summary>
    public ResourceBag Available { get; private set; } = available;

    public void Launch(TaskInfo asked)
    {
        if (Authorizing.WhyNotRun(state, framework, UserOf(asked)) is { } forbidden)
        {
            decision.Tell(framework, StatusReports.Update(StatusReports.FromMaster(
                asked.TaskId, asked.AgentId, TaskState.TaskError, Reason.TaskUnauthorized, forbidden, now)));
            return;
        }

        if (TaskRules.WhyNot(asked, agent) is { } why || (why = WhyNotHere(asked, out var needed)) is not null)
        {
            decision.Tell(framework, StatusReports.Update(StatusReports.FromMaster(
                asked.TaskId, asked.AgentId, TaskState.TaskError, Reason.TaskInvalid, why, now)));
            return;
        }

        Available = Available.Subtract(needed);
        launched.Add(asked.TaskId.Value);
        var task = asked.Clone();
        task.Resources.Clear();
        task.Resources.Add(needed.AllocatedTo(role).ToMessages());
        decision.Happened(new PoolEvent.TaskAdded(Record(task)));
        decision.Tell(agent, AgentEvents.RunTask(framework.Info, task));
    }

    private string UserOf(TaskInfo task) =>
        (task.Command ?? task.Executor?.Command) is { HasUser: true } command ? command.User : framework.Info.User;

    private string? WhyNotHere(TaskInfo asked, out ResourceBag needed)
    {
        needed = ResourceBag.Empty;
        var id = asked.TaskId.Value;
        if (framework.Tasks.ContainsKey(id) || framework.UnreachableTasks.ContainsKey(id) || launched.Contains(id))
            return $"Task id {id} is in use by another task of this framework";
        if (!ResourceMessages.TryRead(asked.Resources, out var resources, out var reason))
            return reason;
        if (resources.AllocationRoles().FirstOrDefault(other => other != role) is { } stranger)
            return $"The task's resources are allocated to role '{stranger}', but the offer is for '{role}'";
        needed = resources.Unallocated();
        if (needed.IsEmpty)
            return "The task uses no resources; every task needs some";
        return Available.Contains(needed)
            ? null
            : $"The task asks for {needed}, which is more than the {Available} that the offer still has";
    }

    private TaskRecord Record(TaskInfo task)
    {
        var record = new TaskRecord
        {
            Name = task.Name,
            TaskId = task.TaskId,
            FrameworkId = framework.Info.Id,
            AgentId = task.AgentId,
            State = TaskState.TaskStaging,
            Labels = task.Labels,
            Discovery = task.Discovery,
            Container = task.Container,
            HealthCheck = task.HealthCheck,
            KillPolicy = task.KillPolicy,
        };
        record.Resources.Add(task.Resources);
        record.Limits.Add(task.Limits);
        if (task.Command.HasUser)
            record.User = task.Command.User;
        return record;
    }
}

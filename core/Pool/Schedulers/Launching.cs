using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Pool;

/// <summary>The tasks of one ACCEPT, one after another, out of what its offers hold.</summary>
internal sealed class Launching(
    PoolState state, Decision decision, PooledFramework framework, PooledAgent agent, AcceptedResources accepted, DateTimeOffset time)
{
    private readonly HashSet<string> launched = [];
    private readonly Dictionary<string, ExecutorInfo> executors = [];

    public void Launch(TaskInfo asked)
    {
        if (WhyNotRun(asked) is { } forbidden)
        {
            decision.Tell(framework, StatusReports.Update(StatusReports.FromMaster(
                asked.TaskId, asked.AgentId, TaskState.TaskError, Reason.TaskUnauthorized, forbidden, time)));
            return;
        }

        var executorNeeds = ResourceBag.Empty;
        if (TaskRules.WhyNot(asked, agent) is { } why || (why = WhyNotExecutor(asked.Executor, out executorNeeds)) is not null
            || (why = WhyNotHere(asked, executorNeeds, out var needed)) is not null)
        {
            decision.Tell(framework, StatusReports.Update(StatusReports.FromMaster(
                asked.TaskId, asked.AgentId, TaskState.TaskError, Reason.TaskInvalid, why, time)));
            return;
        }

        if (asked.Executor is null)
        {
            decision.Tell(agent, AgentEvents.RunTask(framework.Info, Add(asked, needed, executor: null)));
            return;
        }

        var executor = Add(asked.Executor, executorNeeds, out var isNew);
        var task = Add(asked, needed, executor.ExecutorId);
        task.Executor = executor;
        decision.Tell(agent, AgentEvents.RunTask(framework.Info, task, isNew));
    }

    /// <summary>The task is the framework's from now on.</summary>
    /// <returns>As its agent is to get it.</returns>
    public TaskInfo Add(TaskInfo asked, ResourceBag needed, ExecutorID? executor)
    {
        accepted.Take(needed);
        launched.Add(asked.TaskId.Value);
        var task = asked.Clone();
        task.Resources.Clear();
        task.Resources.Add(needed.AllocatedTo(accepted.Role).ToMessages());
        decision.Happened(new PoolEvent.TaskAdded(Record(task, executor)));
        return task;
    }

    /// <summary>The executor is there from now on, if it was not before.</summary>
    /// <returns>As its agent is to get it.</returns>
    public ExecutorInfo Add(ExecutorInfo asked, ResourceBag needed, out bool isNew)
    {
        var key = asked.ExecutorId.Value;
        isNew = false;
        if (agent.Executors.TryGetValue((framework.Id, key), out var running))
            return running.Info;
        if (executors.TryGetValue(key, out var added))
            return added;
        isNew = true;
        accepted.Take(needed);
        var executor = asked.Clone();
        executor.FrameworkId = framework.Info.Id;
        if (!executor.HasType)
            executor.Type = ExecutorInfo.Types.Type.Custom;
        executor.Resources.Clear();
        executor.Resources.Add(needed.AllocatedTo(accepted.Role).ToMessages());
        executors[key] = executor;
        decision.Happened(new PoolEvent.ExecutorAdded(framework.Id, agent.Id, executor.WithoutSecrets()));
        return executor;
    }

    /// <summary>The users as whom its program and its executor's are to run must both be allowed.</summary>
    public string? WhyNotRun(TaskInfo task, ExecutorInfo? executor = null)
    {
        executor ??= task.Executor;
        return (task.Command is null ? null : Authorizing.WhyNotRun(state, framework, UserOf(task.Command)))
            ?? (task.Command is not null && executor?.Command is null ? null : Authorizing.WhyNotRun(state, framework, UserOf(executor?.Command)));
    }

    private string UserOf(CommandInfo? command) => command is { HasUser: true } ? command.User : framework.Info.User;

    private string? WhyNotExecutor(ExecutorInfo? executor, out ResourceBag needed)
    {
        needed = ResourceBag.Empty;
        if (executor is null)
            return null;
        if (executor.Type == ExecutorInfo.Types.Type.Default)
            return "executor.type is DEFAULT, which runs groups; use LAUNCH_GROUP";
        if (ExecutorRules.WhyNot(executor, framework, agent, accepted, out needed) is { } why)
            return why;
        if (executors.ContainsKey(executor.ExecutorId.Value))
            needed = ResourceBag.Empty;
        return null;
    }

    private string? WhyNotHere(TaskInfo asked, ResourceBag executorNeeds, out ResourceBag needed)
    {
        if (WhyNotResources(asked, out needed) is { } why)
            return why;
        var own = needed.Where(static entry => !entry.Kind.IsShared);
        if (executorNeeds.ConflictsWith(own))
            return $"The task asks for {own}, of which its executor asks for a part";
        var both = executorNeeds.Add(own);
        return accepted.Available.Contains(both) && accepted.Available.Contains(needed)
            ? null
            : $"The task asks for {both}, which is more than the {accepted.Available} that the offer still has";
    }

    /// <summary>Whether the offer still has as much is not looked at.</summary>
    public string? WhyNotResources(TaskInfo asked, out ResourceBag needed)
    {
        needed = ResourceBag.Empty;
        var id = asked.TaskId.Value;
        if (framework.Tasks.ContainsKey(id) || framework.UnreachableTasks.ContainsKey(id) || launched.Contains(id))
            return $"Task id {id} is in use by another task of this framework";
        if (!ResourceMessages.TryRead(asked.Resources, out var resources, out var reason))
            return reason;
        if (resources.AllocationRoles().FirstOrDefault(other => other != accepted.Role) is { } stranger)
            return $"The task's resources are allocated to role '{stranger}', but the offer is for '{accepted.Role}'";
        needed = resources.Unallocated();
        return needed.IsEmpty ? "The task uses no resources; every task needs some" : null;
    }

    private TaskRecord Record(TaskInfo task, ExecutorID? executor)
    {
        var record = new TaskRecord
        {
            Name = task.Name,
            TaskId = task.TaskId,
            FrameworkId = framework.Info.Id,
            AgentId = task.AgentId,
            ExecutorId = executor,
            State = TaskState.TaskStaging,
            Labels = task.Labels,
            Discovery = task.Discovery,
            Container = task.Container?.WithoutSecrets(),
            HealthCheck = task.HealthCheck?.WithoutSecrets(),
            KillPolicy = task.KillPolicy,
        };
        record.Resources.Add(task.Resources);
        record.Limits.Add(task.Limits);
        if (task.Command is { HasUser: true })
            record.User = task.Command.User;
        return record;
    }
}

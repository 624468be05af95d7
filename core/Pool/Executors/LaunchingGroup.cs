using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Pool;

/// <summary>LAUNCH_GROUP: the tasks of a pod start together or not at all.</summary>
internal sealed class LaunchingGroup(
    Decision decision, PooledFramework framework, PooledAgent agent, AcceptedResources accepted, Launching launching, DateTimeOffset time)
{
    public void Launch(ExecutorInfo executor, TaskGroupInfo group)
    {
        if (group.Tasks.Select(task => launching.WhyNotRun(task, executor)).FirstOrDefault(why => why is not null) is { } forbidden)
        {
            RefuseAll(group, Reason.TaskGroupUnauthorized, forbidden);
            return;
        }

        if (WhyNot(executor, group, out var executorNeeds, out var taskNeeds) is { } why)
        {
            RefuseAll(group, Reason.TaskGroupInvalid, why);
            return;
        }

        var own = launching.Add(executor, executorNeeds, out var isNew);
        var pod = new TaskGroupInfo();
        foreach (var (task, needed) in group.Tasks.Zip(taskNeeds))
            pod.Tasks.Add(launching.Add(task, needed, own.ExecutorId));
        decision.Tell(agent, AgentEvents.RunGroup(framework.Info, own, pod, isNew));
    }

    private void RefuseAll(TaskGroupInfo group, Reason reason, string why)
    {
        foreach (var task in group.Tasks)
        {
            decision.Tell(framework, StatusReports.Update(StatusReports.FromMaster(
                task.TaskId, task.AgentId, TaskState.TaskError, reason, why, time)));
        }
    }

    private string? WhyNot(ExecutorInfo executor, TaskGroupInfo group, out ResourceBag executorNeeds, out List<ResourceBag> taskNeeds)
    {
        (executorNeeds, taskNeeds) = (ResourceBag.Empty, []);
        if (ExecutorRules.WhyNot(executor, framework, agent, accepted, out executorNeeds) is { } badExecutor)
            return badExecutor;
        if (group.Tasks.Count == 0)
            return "The task group has no tasks";
        var sum = executorNeeds;
        var ids = new HashSet<string>();
        foreach (var task in group.Tasks)
        {
            var needed = ResourceBag.Empty;
            if ((WhyNotMember(task) ?? launching.WhyNotResources(task, out needed)) is { } why)
                return $"Task {Names.Printable(task.TaskId.Value)} of the group: {why}";
            if (!ids.Add(task.TaskId.Value))
                return $"Task id {task.TaskId.Value} is in the group twice";
            var own = needed.Where(static entry => !entry.Kind.IsShared);
            if (sum.ConflictsWith(own))
                return $"Task {task.TaskId.Value} of the group asks for {own}, of which another task of the group asks for a part";
            sum = sum.Add(own);
            taskNeeds.Add(needed);
        }

        return accepted.Available.Contains(sum) && taskNeeds.TrueForAll(accepted.Available.Contains)
            ? null
            : $"The group asks for {sum}, which is more than the {accepted.Available} that the offer still has";
    }

    private string? WhyNotMember(TaskInfo task) =>
        task.Executor is not null ? "it names an executor of its own; the group's executor runs it"
        : task.Command is null ? "it has no command"
        : TaskRules.WhyNot(task, agent);
}

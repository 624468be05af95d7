using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using CallType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Simulation.Tests;

// Tasks that do not run by themselves: pods, and those of executors that the framework brings.
internal sealed partial class SimulatedFramework
{
    private static readonly ResourceBag ExecutorNeeds = ResourceText.Parse("cpus:0.1;mem:32;disk:1");
    private static readonly ResourceBag MemberNeeds = ResourceText.Parse("cpus:0.3;mem:64");
    private readonly HashSet<(string AgentId, string ExecutorId)> _executors = [];

    /// <summary>Null when the offer has too little for it.</summary>
    private (Offer.Types.Operation Operation, List<TaskInfo> Tasks)? Pod(Offer offer, Random chance)
    {
        var (isCustom, size) = (chance.Next(2) == 0, chance.Next(1, 3));
        var executor = new ExecutorInfo
        {
            Type = isCustom ? ExecutorInfo.Types.Type.Custom : ExecutorInfo.Types.Type.Default,
            ExecutorId = new ExecutorID { Value = isCustom ? $"executor-{chance.Next(2)}" : $"pod-{_launched}" },
        };
        executor.Resources.Add(ExecutorNeeds.AllocatedTo(role).ToMessages());
        if (isCustom)
            executor.Command = new CommandInfo { Value = "executor" };
        var needed = offer.ExecutorIds.Any(id => id.Value == executor.ExecutorId.Value) ? ResourceBag.Empty : ExecutorNeeds;
        for (var count = 0; count < size; count++)
            needed = needed.Add(MemberNeeds);
        if (!offer.Resources.ToBag().Unallocated().Contains(needed))
            return null;
        var tasks = Enumerable.Range(0, size).Select(_ => Member(offer)).ToList();
        var operation = new Offer.Types.Operation { Type = OperationType.LaunchGroup, LaunchGroup = new() { Executor = executor, TaskGroup = new() } };
        if (isCustom)
            _executors.Add((offer.AgentId.Value, executor.ExecutorId.Value));
        if (!isCustom || chance.Next(3) == 0)
        {
            tasks.ForEach(task => task.Command = new CommandInfo { Value = "true" });
            operation.LaunchGroup.TaskGroup.Tasks.Add(tasks);
            return (operation, tasks);
        }

        tasks.ForEach(task => task.Executor = executor);
        operation = new() { Type = OperationType.Launch, Launch = new() };
        operation.Launch.TaskInfos.Add(tasks);
        return (operation, tasks);
    }

    /// <summary>The agent and the executor may be gone long since; whoever has nothing to do asks once more.</summary>
    private void ShutDownExecutors()
    {
        foreach (var (agent, executor) in _executors)
        {
            Call(new SchedulerCall
            {
                Type = CallType.Shutdown,
                Shutdown = new() { AgentId = new AgentID { Value = agent }, ExecutorId = new ExecutorID { Value = executor } },
            });
        }
    }

    private TaskInfo Member(Offer offer)
    {
        var task = new TaskInfo { Name = "member", TaskId = new TaskID { Value = $"e{_launched++}" }, AgentId = offer.AgentId };
        task.Resources.Add(MemberNeeds.AllocatedTo(role).ToMessages());
        return task;
    }
}

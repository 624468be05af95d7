using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

// What the master is told of this agent when it joins.
public sealed partial class AgentCore
{
    /// <summary>
    /// Names what the agent holds. Not what ends in silence: nobody is told of its end, so a master that was told of it here, by an
    /// agent that has just restarted, would take it for alive ever after. That an executor has ended is told by its not being named: said
    /// once more, it would be taken for the end of the next one of its id.
    /// </summary>
    public void AddTo(AgentCall.Types.Register register)
    {
        var tasks = runs.Values.Where(run => run.WasLaunched && !IsSilent(run)).ToList();
        var members = pods.Values.Select(pod => pod.FirstOrDefault(run => !IsSilent(run))).OfType<TaskRun>().ToList();
        var programs = executors.Values.Where(each => !IsSilent(each.Program)).ToList();
        endedExecutors.Clear();
        register.Tasks.AddRange(tasks.Select(run => run.ToRecord(AgentId)));
        register.Executors.AddRange(members.Select(run => run.Pod!.Executor).Concat(programs.Select(each => each.Info)).Select(each => each.WithoutSecrets()));
        register.Frameworks.AddRange(tasks.Select(run => run.Framework).Concat(programs.Select(each => each.Framework)).DistinctBy(each => each.Id.Value));
    }

    private static bool IsSilent(TaskRun run) => run.Intent == KillIntent.Silent;
}

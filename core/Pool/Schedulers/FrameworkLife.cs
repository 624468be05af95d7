using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Pool;

/// <summary>How a framework goes away: its stream ends, its time is over, or someone tears it down.</summary>
internal static class FrameworkLife
{
    public static Decision StreamClosed(PoolState state, string streamId, DateTimeOffset now)
    {
        var decision = new Decision();
        if (state.FrameworkOfStream(streamId) is not { } framework)
            return decision;
        if (framework.FailoverTimeout == TimeSpan.Zero)
        {
            Remove(state, decision, framework, now);
            return decision;
        }

        EndOffers(decision, framework);
        decision.Happened(new PoolEvent.FrameworkDisconnected(framework.Id, now));
        return decision;
    }

    public static Decision TearDown(PoolState state, string frameworkId, DateTimeOffset now)
    {
        if (!state.Frameworks.TryGetValue(frameworkId, out var framework))
            return Decision.Invalid($"No framework has the id '{Names.Printable(frameworkId)}'");
        var decision = new Decision { Outcome = PoolOutcome.Ok };
        Remove(state, decision, framework, now);
        return decision;
    }

    /// <summary>Ends the framework: its tasks are killed, its offers are free, its stream is closed.</summary>
    public static void Remove(PoolState state, Decision decision, PooledFramework framework, DateTimeOffset now)
    {
        EndOffers(decision, framework);
        foreach (var task in framework.Tasks.Values.OrderBy(task => task.Id, StringComparer.Ordinal))
        {
            if (TaskStates.IsTerminal(task.Record.State))
                continue;
            var killed = StatusReports.FromMaster(task.Record.TaskId, task.Record.AgentId, TaskState.TaskKilled,
                Reason.FrameworkRemoved, "The framework was removed", state.OnTheWall(now));
            decision.Happened(new PoolEvent.TaskUpdated(framework.Id, task.AgentId, killed, TaskState.TaskKilled));
        }

        var executors = framework.LiveExecutors.Keys.OrderBy(key => key.AgentId, StringComparer.Ordinal).ThenBy(key => key.ExecutorId, StringComparer.Ordinal);
        foreach (var (agent, executor) in executors)
            decision.Happened(new PoolEvent.ExecutorRemoved(framework.Id, agent, executor));
        var hosts = framework.Tasks.Values.Select(task => task.AgentId).Concat(framework.LiveExecutors.Keys.Select(key => key.AgentId));
        foreach (var agent in hosts.Distinct().Order(StringComparer.Ordinal))
        {
            if (state.Agents.TryGetValue(agent, out var host))
                decision.Tell(host, AgentEvents.ShutdownFramework(framework.Id));
        }

        OperationLife.FrameworkRemoved(state, decision, framework.Id);
        if (framework.StreamId is { } stream)
            decision.CloseSchedulerStream(stream);
        decision.Happened(new PoolEvent.FrameworkRemoved(framework.Id, state.OnTheWall(now)));
    }

    /// <summary>Those and the inverse ones of a framework that can't be told.</summary>
    public static void EndOffers(Decision decision, PooledFramework framework)
    {
        foreach (var offer in OffersOf(framework))
            decision.Happened(new PoolEvent.OfferEnded(offer));
        foreach (var offer in framework.InverseOffers.Keys.Order(StringComparer.Ordinal))
            decision.Happened(new PoolEvent.InverseOfferEnded(offer));
    }

    public static IEnumerable<string> OffersOf(PooledFramework framework) => framework.OutstandingOffers.Keys.Order(StringComparer.Ordinal);
}

using DataPlatform.Core.Protocol.Mesos;
using FeedType = DataPlatform.Core.Protocol.Mesos.OperatorEvent.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>What an operator's stream says of an event that has just been applied.</summary>
public static class OperatorFeed
{
    public static OperatorEvent Subscribed(PoolState state) => new()
    {
        Type = FeedType.Subscribed,
        Subscribed = new OperatorEvent.Types.Subscribed
        {
            GetState = OperatorViews.State(state),
            HeartbeatIntervalSeconds = state.Settings.HeartbeatInterval.TotalSeconds,
        },
    };

    public static OperatorEvent Heartbeat { get; } = new() { Type = FeedType.Heartbeat };

    /// <summary>Null for what operators are not told.</summary>
    public static OperatorEvent? Tell(PoolState state, PoolEvent happened) => happened switch
    {
        PoolEvent.FrameworkConnected connected => Framework(state, connected),
        PoolEvent.FrameworkChanged changed => Updated(state, state.Frameworks[changed.Info.Id.Value]),
        PoolEvent.FrameworkDisconnected disconnected => Updated(state, state.Frameworks[disconnected.FrameworkId]),
        PoolEvent.FrameworkRemoved removed => new()
        {
            Type = FeedType.FrameworkRemoved,
            FrameworkRemoved = new() { FrameworkInfo = state.CompletedFrameworks.GetValueOrDefault(removed.FrameworkId)?.Info ?? new() },
        },
        PoolEvent.AgentConnected connected => new()
        {
            Type = FeedType.AgentAdded,
            AgentAdded = new() { Agent = AgentViews.Of(state, state.Agents[connected.AgentId], new AlikeResources()) },
        },
        PoolEvent.AgentBecameUnreachable lost => AgentRemoved(lost.AgentId),
        PoolEvent.AgentRemoved gone => AgentRemoved(gone.AgentId),
        PoolEvent.TaskAdded added => new() { Type = FeedType.TaskAdded, TaskAdded = new() { Task = added.Task } },
        PoolEvent.TaskUpdated updated => new()
        {
            Type = FeedType.TaskUpdated,
            TaskUpdated = new()
            {
                FrameworkId = new FrameworkID { Value = updated.FrameworkId },
                Status = updated.Status,
                State = updated.Latest,
            },
        },
        _ => null,
    };

    private static OperatorEvent Framework(PoolState state, PoolEvent.FrameworkConnected connected)
    {
        var framework = state.Frameworks[connected.FrameworkId];
        return framework.RegisteredTime == connected.Time
            ? new() { Type = FeedType.FrameworkAdded, FrameworkAdded = new() { Framework = FrameworkViews.Of(state, framework) } }
            : Updated(state, framework);
    }

    private static OperatorEvent Updated(PoolState state, PooledFramework framework) => new()
    {
        Type = FeedType.FrameworkUpdated,
        FrameworkUpdated = new() { Framework = FrameworkViews.Of(state, framework) },
    };

    private static OperatorEvent AgentRemoved(string agentId) => new()
    {
        Type = FeedType.AgentRemoved,
        AgentRemoved = new() { AgentId = new AgentID { Value = agentId } },
    };
}

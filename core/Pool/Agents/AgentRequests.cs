using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>PONG and UPDATE of a registered agent.</summary>
internal static class AgentRequests
{
    public static Decision Decide(PoolState state, PoolCommand.AgentRequest request, DateTimeOffset now)
    {
        if (request.StreamId is null)
            return Decision.Invalid("The header Dataplatform-Stream-Id is missing; send the one that the answer to REGISTER carried");
        if (state.AgentOfStream(request.StreamId) is not { } agent)
            return Decision.Refuse(RefusalKind.Forbidden, "The stream is not the agent's current one; register again");
        var decision = new Decision();
        switch (request.Call.Type)
        {
            case AgentCall.Types.Type.Pong:
                decision.Happened(new PoolEvent.AgentPonged(agent.Id));
                return decision;
            case AgentCall.Types.Type.Update when request.Call.Update is { } update:
                return Update(state, decision, agent, update, now);
            case AgentCall.Types.Type.UpdateOperation when request.Call.UpdateOperation is { } update:
                OperationLife.Answered(state, decision, agent, update, now);
                return decision;
            case AgentCall.Types.Type.ExecutorMessage when request.Call.ExecutorMessage is { } message:
                ExecutorLife.MessageOfExecutor(state, decision, agent, message);
                return decision;
            case AgentCall.Types.Type.ExecutorEnded when request.Call.ExecutorEnded is { } ended:
                ExecutorLife.Ended(state, decision, agent, ended);
                return decision;
            default:
                return Decision.Invalid(
                    "type is none of REGISTER, PONG, UPDATE, UPDATE_OPERATION, EXECUTOR_MESSAGE and EXECUTOR_ENDED, or what it names is missing");
        }
    }

    private static Decision Update(
        PoolState state, Decision decision, PooledAgent agent, AgentCall.Types.Update update, DateTimeOffset now)
    {
        var frameworkId = update.FrameworkId.Value;
        if (!state.Frameworks.TryGetValue(frameworkId, out var framework))
        {
            // Its tasks have no one to wait for; the agent may have missed that.
            if (state.CompletedFrameworks.ContainsKey(frameworkId))
                decision.Tell(agent, AgentEvents.ShutdownFramework(frameworkId));
            return decision;
        }

        if (IsOfAnother(framework, agent, update.Status.TaskId.Value) || IsLate(framework, agent, update.Status))
        {
            // The agent need not say it again; nobody else is told.
            if (update.Status.HasUuid)
                decision.Tell(agent, AgentEvents.Acknowledge(frameworkId, update.Status.TaskId, update.Status.Uuid));
            return decision;
        }

        var status = update.Status.Clone();
        status.AgentId = agent.Info.Id;
        if (!status.HasTimestamp)
            status.Timestamp = StatusReports.Seconds(state.OnTheWall(now));
        status.State = TaskStates.AsKnownTo(framework.IsPartitionAware, status.State);
        if (agent.Tasks.TryGetValue((frameworkId, status.TaskId.Value), out _))
        {
            var latest = TaskStates.AsKnownTo(framework.IsPartitionAware, update.LatestState);
            decision.Happened(new PoolEvent.TaskUpdated(frameworkId, agent.Id, status, latest));
            if (!status.HasUuid && TaskStates.IsTerminal(status.State))
                decision.Happened(new PoolEvent.TaskRemoved(frameworkId, status.TaskId.Value));
        }

        decision.Tell(framework, StatusReports.Update(status));
        return decision;
    }

    /// <summary>The framework has acknowledged it already, and has been told what came after it.</summary>
    private static bool IsLate(PooledFramework framework, PooledAgent agent, TaskReport status) =>
        framework.Tasks.TryGetValue(status.TaskId.Value, out var task) ? status.HasUuid && task.IsFollowed(status.Uuid)
        : !TaskStates.IsTerminal(status.State) && framework.CompletedTasks.Any(ended => ended.TaskId.Equals(status.TaskId) && ended.AgentId.Value == agent.Id);

    /// <summary>An agent speaks of its own tasks only.</summary>
    private static bool IsOfAnother(PooledFramework framework, PooledAgent agent, string taskId) =>
        framework.Tasks.TryGetValue(taskId, out var live) ? live.AgentId != agent.Id
        : framework.UnreachableTasks.TryGetValue(taskId, out var away) && away.AgentId.Value != agent.Id;
}

using DataPlatform.Core.Protocol.Mesos;
using ResponseType = DataPlatform.Core.Protocol.Mesos.OperatorResponse.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>What operators may read of the pool: pure queries, each a message of its own that shares nothing changeable.</summary>
public static class OperatorViews
{
    public static OperatorResponse.Types.GetState State(PoolState state) => new()
    {
        GetTasks = Tasks(state),
        GetExecutors = Executors(state),
        GetFrameworks = Frameworks(state),
        GetAgents = Agents(state),
    };

    /// <summary>By framework; a framework's are in no order that means anything, as sorting a large pool's would hold up all other reads.</summary>
    public static OperatorResponse.Types.GetTasks Tasks(PoolState state)
    {
        var view = new OperatorResponse.Types.GetTasks();
        // A list of so many that grows as it is filled is several large ones, and those bring a collection of all there is.
        view.Tasks.Capacity = state.Frameworks.Values.Sum(framework => framework.Tasks.Count);
        foreach (var framework in Ordered(state.Frameworks.Values))
        {
            // A task that ended but waits for its acknowledgement still counts among the living, as the framework sees it.
            foreach (var task in framework.Tasks.Values)
                view.Tasks.Add(task.Record);
            view.UnreachableTasks.Add(framework.UnreachableTasks.Values);
            view.CompletedTasks.Add(framework.CompletedTasks);
        }

        foreach (var framework in state.CompletedFrameworks.Values)
            view.CompletedTasks.Add(framework.CompletedTasks);
        return view;
    }

    public static OperatorResponse.Types.GetExecutors Executors(PoolState state)
    {
        var view = new OperatorResponse.Types.GetExecutors();
        foreach (var agent in state.Agents.Values.Where(agent => agent.Executors.Count > 0).OrderBy(agent => agent.Id, StringComparer.Ordinal))
            view.Executors.Add(agent.ExecutorsInOrder.Select(executor => new OperatorResponse.Types.GetExecutors.Types.Executor { ExecutorInfo = executor.Info, AgentId = agent.Info.Id }));
        return view;
    }

    public static OperatorResponse.Types.GetFrameworks Frameworks(PoolState state)
    {
        var view = new OperatorResponse.Types.GetFrameworks();
        view.Frameworks.Add(Ordered(state.Frameworks.Values).Select(framework => FrameworkViews.Of(state, framework)));
        view.CompletedFrameworks.Add(state.CompletedFrameworks.Values.Select(framework => FrameworkViews.Of(state, framework)));
        return view;
    }

    public static OperatorResponse.Types.GetAgents Agents(PoolState state)
    {
        var view = new OperatorResponse.Types.GetAgents();
        var alike = new AlikeResources();
        view.Agents.Capacity = state.Agents.Count;
        view.Agents.Add(state.Agents.Values.OrderBy(agent => agent.Id, StringComparer.Ordinal).Select(agent => AgentViews.Of(state, agent, alike)));
        view.RecoveredAgents.Add(state.RecoveredAgents.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value));
        return view;
    }

    /// <summary>What the caller may see of the answer to a call that only reads the pool's state; null for a call that does something else.</summary>
    public static OperatorResponse? Answer(PoolState state, OperatorCall.Types.Type call, Visibility visibility) =>
        Answer(state, call) is { } answer ? visibility.Of(answer, id => UserOf(state, id)) : null;

    /// <summary>The whole answer to a call that only reads the pool's state, or null for a call that does something else.</summary>
    public static OperatorResponse? Answer(PoolState state, OperatorCall.Types.Type call) => call switch
    {
        OperatorCall.Types.Type.GetState => new() { Type = ResponseType.GetState, GetState = State(state) },
        OperatorCall.Types.Type.GetTasks => new() { Type = ResponseType.GetTasks, GetTasks = Tasks(state) },
        OperatorCall.Types.Type.GetAgents => new() { Type = ResponseType.GetAgents, GetAgents = Agents(state) },
        OperatorCall.Types.Type.GetFrameworks => new() { Type = ResponseType.GetFrameworks, GetFrameworks = Frameworks(state) },
        OperatorCall.Types.Type.GetRoles => new() { Type = ResponseType.GetRoles, GetRoles = RoleViews.Roles(state) },
        OperatorCall.Types.Type.GetQuota => new() { Type = ResponseType.GetQuota, GetQuota = RoleViews.Quotas(state) },
        OperatorCall.Types.Type.GetWeights => new() { Type = ResponseType.GetWeights, GetWeights = RoleViews.Weights(state) },
        OperatorCall.Types.Type.GetMaintenanceSchedule => new() { Type = ResponseType.GetMaintenanceSchedule, GetMaintenanceSchedule = MaintenanceViews.Schedule(state) },
        OperatorCall.Types.Type.GetMaintenanceStatus => new() { Type = ResponseType.GetMaintenanceStatus, GetMaintenanceStatus = MaintenanceViews.Status(state) },
        OperatorCall.Types.Type.GetOperations => new() { Type = ResponseType.GetOperations, GetOperations = Operations(state) },
        OperatorCall.Types.Type.GetExecutors => new() { Type = ResponseType.GetExecutors, GetExecutors = Executors(state) },
        OperatorCall.Types.Type.GetMaster => new() { Type = ResponseType.GetMaster, GetMaster = Master(state) },
        OperatorCall.Types.Type.GetMetrics => new() { Type = ResponseType.GetMetrics, GetMetrics = Metrics(state) },
        _ => null,
    };

    private static string? UserOf(PoolState state, string frameworkId) =>
        (state.Frameworks.GetValueOrDefault(frameworkId) ?? state.CompletedFrameworks.GetValueOrDefault(frameworkId))?.Info.User;

    private static OperatorResponse.Types.GetOperations Operations(PoolState state)
    {
        var view = new OperatorResponse.Types.GetOperations();
        view.Operations.Add(state.Operations.Values.Select(OperationReports.View).OrderBy(operation => operation.Uuid.Value.ToBase64(), StringComparer.Ordinal));
        return view;
    }

    private static OperatorResponse.Types.GetMaster Master(PoolState state) => new()
    {
        MasterInfo = state.Master,
        StartTime = StatusReports.Seconds(state.StartTime),
        ElectedTime = StatusReports.Seconds(state.StartTime),
    };

    private static OperatorResponse.Types.GetMetrics Metrics(PoolState state)
    {
        var view = new OperatorResponse.Types.GetMetrics();
        view.Metrics.Add(PoolMetrics.Of(state).Select(metric => new Metric { Name = metric.Name, Value = metric.Value }));
        return view;
    }

    private static IEnumerable<PooledFramework> Ordered(IEnumerable<PooledFramework> frameworks) =>
        frameworks.OrderBy(framework => framework.Id, StringComparer.Ordinal);
}

using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.OperatorCall.Types.Type;

namespace DataPlatform.Services.Master.Endpoints.Older;

/// <summary>What one caller may see of the pool at one moment, as the older endpoints need it.</summary>
internal sealed record OlderPool(
    Caller Caller, OperatorResponse.Types.GetMaster Master, OperatorResponse.Types.GetState State, OperatorResponse.Types.GetRoles Roles, int UnreachableAgents)
{
    public static OlderPool Of(PoolState state, Visibility visibility, Caller caller) => new(
        caller,
        OperatorViews.Answer(state, CallType.GetMaster, visibility)!.GetMaster,
        OperatorViews.Answer(state, CallType.GetState, visibility)!.GetState,
        OperatorViews.Answer(state, CallType.GetRoles, visibility)!.GetRoles,
        state.UnreachableAgents.Count);

    /// <summary>Living ones first, then those whose agents are away, then the ended.</summary>
    public IEnumerable<TaskRecord> Tasks => State.GetTasks.Tasks.Concat(State.GetTasks.UnreachableTasks).Concat(State.GetTasks.CompletedTasks);

    public ILookup<string, TaskRecord> TasksByFramework { get; } =
        State.GetTasks.Tasks.ToLookup(task => task.FrameworkId.Value);

    public ILookup<string, TaskRecord> UnreachableByFramework { get; } =
        State.GetTasks.UnreachableTasks.ToLookup(task => task.FrameworkId.Value);

    public ILookup<string, TaskRecord> CompletedByFramework { get; } =
        State.GetTasks.CompletedTasks.ToLookup(task => task.FrameworkId.Value);

    public ILookup<string, OperatorResponse.Types.GetExecutors.Types.Executor> ExecutorsByFramework { get; } =
        State.GetExecutors.Executors.ToLookup(executor => executor.ExecutorInfo.FrameworkId?.Value ?? "");

    public ILookup<string, TaskRecord> AllByAgent { get; } = State.GetTasks.Tasks.Concat(State.GetTasks.UnreachableTasks)
        .Concat(State.GetTasks.CompletedTasks).ToLookup(task => task.AgentId.Value);
}

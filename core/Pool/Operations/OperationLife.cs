using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>What becomes of an operation once it is decided: the agent answers, the framework is told until it acknowledges.</summary>
internal static class OperationLife
{
    /// <summary>As long as Mesos's agents wait before they tell again, doubled up to the longest.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>The operation is decided: what it makes is there from now on, and the agent is asked to carry it out.</summary>
    /// <param name="total">All that the agent has with it.</param>
    /// <param name="ahead">How many operations were decided before it in the same decision.</param>
    public static void Begin(
        PoolState state, Decision decision, PooledAgent agent, string? frameworkId, Offer.Types.Operation operation,
        ResourceConversion conversion, ResourceBag total, int ahead)
    {
        var converted = ConvertedResources.Of(total);
        var uuid = state.NextOperationUuid(ahead);
        decision.Happened(new PoolEvent.AgentConverted(agent.Id, converted));
        decision.Happened(new PoolEvent.OperationAdded(uuid, frameworkId, agent.Id, operation, conversion));
        decision.Tell(agent, AgentEvents.ApplyOperation(uuid, operation, converted));
    }

    public static void Answered(
        PoolState state, Decision decision, PooledAgent agent, AgentCall.Types.UpdateOperation update, DateTimeOffset now)
    {
        // An answer to what has been answered is one to a repeated request.
        if (!state.Operations.TryGetValue(update.Uuid, out var operation) || operation.AgentId != agent.Id || !operation.IsPending)
            return;
        var ended = update.State == OperationState.OperationFinished ? update.State : OperationState.OperationFailed;
        decision.Happened(new PoolEvent.OperationEnded(operation.Uuid, ended, update.HasMessage ? update.Message : null));
        if (operation.WantsFeedback && state.Frameworks.TryGetValue(operation.FrameworkId!, out var framework))
        {
            // Told from what is decided, which is not applied yet.
            var status = OperationReports.Latest(operation);
            status.State = ended;
            status.Uuid = new UUID { Value = operation.Uuid };
            if (update.HasMessage)
                status.Message = update.Message;
            decision.Tell(framework, OperationReports.Update(status));
            decision.Happened(new PoolEvent.OperationTold(operation.Uuid, now + FirstWait, FirstWait));
        }
        else if (ended == OperationState.OperationFinished)
        {
            decision.Happened(new PoolEvent.OperationRemoved(operation.Uuid));
        }

        if (ended == OperationState.OperationFailed && operation.IsReversed)
            decision.Happened(new PoolEvent.OperationReversed(operation.Uuid));
        else if (ended == OperationState.OperationFailed)
            Reverse(state, decision, agent, operation);
        else
            DropMoot(state, decision, agent, operation);
    }

    public static void Acknowledged(
        PoolState state, Decision decision, PooledFramework framework, SchedulerCall.Types.AcknowledgeOperationStatus acknowledge)
    {
        if (state.Operations.TryGetValue(acknowledge.Uuid, out var operation) && operation.FrameworkId == framework.Id
            && !operation.IsPending && operation.Info.Id?.Value == acknowledge.OperationId.Value)
            decision.Happened(new PoolEvent.OperationAcknowledged(operation.Uuid));
    }

    public static void Tick(PoolState state, Decision decision, DateTimeOffset now)
    {
        // What one of them turns back is applied only after this decision, and the next would undo it.
        var reversing = new HashSet<string>();
        foreach (var operation in InOrder(state))
        {
            if (operation.IsToBeReversed && state.Agents.TryGetValue(operation.AgentId, out var agent) && !reversing.Contains(agent.Id)
                && Reverse(state, decision, agent, operation))
                reversing.Add(agent.Id);
            if (operation.TellAgainAt > now || operation.TellAgainAt is null
                || !state.Frameworks.TryGetValue(operation.FrameworkId!, out var framework) || !framework.IsConnected)
                continue;
            var wait = operation.TellAgainAfter * 2 < LongestWait ? operation.TellAgainAfter * 2 : LongestWait;
            decision.Tell(framework, OperationReports.Update(OperationReports.Latest(operation)));
            decision.Happened(new PoolEvent.OperationTold(operation.Uuid, now + wait, wait));
        }
    }

    /// <summary>
    /// The agent that is (back) here is given what it may not have heard of; one that has been here all along, what it has not
    /// answered: the answer may have been lost. It answers again, and does nothing twice.
    /// </summary>
    public static void SendPending(PoolState state, Decision decision, string agentId, string stream)
    {
        foreach (var operation in state.OperationsOn(agentId).Where(operation => operation.IsPending))
            decision.TellAgentStream(stream, AgentEvents.ApplyOperation(operation.Uuid, operation.Info, state.ConvertedOn(agentId)));
    }

    /// <summary>The agent is away; who asked for feedback hears that. It may still come back and carry them out.</summary>
    public static void AgentUnreachable(PoolState state, Decision decision, string agentId) =>
        TellOf(state, decision, agentId, OperationState.OperationUnreachable);

    public static void AgentRemoved(PoolState state, Decision decision, string agentId)
    {
        TellOf(state, decision, agentId, OperationState.OperationGoneByOperator);
        foreach (var operation in state.OperationsOn(agentId))
            decision.Happened(new PoolEvent.OperationRemoved(operation.Uuid));
    }

    private static void TellOf(PoolState state, Decision decision, string agentId, OperationState news)
    {
        foreach (var operation in state.OperationsOn(agentId).Where(operation => operation.IsPending && operation.WantsFeedback))
        {
            if (!state.Frameworks.TryGetValue(operation.FrameworkId!, out var framework))
                continue;
            var status = OperationReports.Latest(operation);
            status.State = news;
            decision.Tell(framework, OperationReports.Update(status));
        }
    }

    /// <summary>
    /// What a failed operation should have made is turned back into what it was made from, as soon as no task holds it;
    /// offers of it end.
    /// </summary>
    /// <returns>Whether it was.</returns>
    private static bool Reverse(PoolState state, Decision decision, PooledAgent agent, PooledOperation operation)
    {
        var back = operation.Conversion.Reverse();
        var isFollowed = state.OperationsOn(agent.Id).Any(later => later.Number > operation.Number
            && (later.IsPending || later.IsToBeReversed) && (GivesBack(later.Conversion, operation.Conversion) || Destroys(later.Conversion, operation.Conversion)));
        if (!isFollowed && IsGivenBack(back.Consumed, agent.Total))
        {
            decision.Happened(new PoolEvent.OperationReversed(operation.Uuid));
            return false;
        }

        if (!isFollowed && Freeing.TryFree(state, decision, agent, back.Consumed))
        {
            decision.Happened(new PoolEvent.AgentConverted(agent.Id, ConvertedResources.Of(back.Apply(agent.Total))));
            decision.Happened(new PoolEvent.OperationReversed(operation.Uuid));
            return true;
        }

        if (!operation.IsToBeReversed)
            decision.Happened(new PoolEvent.OperationReversalPostponed(operation.Uuid));
        return false;
    }

    /// <summary>What was made is there no more. What has become volumes meanwhile is still reserved; a volume of another size is another one.</summary>
    private static bool IsGivenBack(ResourceBag made, ResourceBag total)
    {
        var reserved = ResourceBag.Of(total.Select(static entry => entry with { Kind = entry.Kind.WithoutVolume() }));
        return made.Any(entry => entry.Kind.IsReserved
            && !(entry.Kind.IsPersistentVolume ? entry.Value.Equals(total.Find(entry.Kind)) : reserved.Contains(ResourceBag.Of(entry))));
    }

    /// <summary>
    /// What failed, or may still fail, and was given back meanwhile is never turned back: that would be at the cost of the same made anew.
    /// Nor is what was given back by one of these.
    /// </summary>
    private static void DropMoot(PoolState state, Decision decision, PooledAgent agent, PooledOperation done)
    {
        var over = new List<ResourceConversion> { done.Conversion };
        foreach (var failed in state.OperationsOn(agent.Id).Reverse().Where(failed => (failed.IsPending || failed.IsToBeReversed)
            && failed.Number < done.Number && over.Exists(later => GivesBack(later, failed.Conversion))))
        {
            over.Add(failed.Conversion);
            decision.Happened(new PoolEvent.OperationReversed(failed.Uuid));
        }
    }

    /// <summary>What is not over yet may still be turned back itself, and then the one before it is too.</summary>
    private static bool GivesBack(ResourceConversion later, ResourceConversion failed) =>
        failed.Converted.Any(entry => entry.Kind.IsReserved && later.Consumed.Contains(ResourceBag.Of(entry)))
        && IsGivenBack(failed.Converted, later.Converted);

    /// <summary>A volume that was made of it: should that fail, the volume is there again, and needs what it was made of.</summary>
    private static bool Destroys(ResourceConversion later, ResourceConversion made) => later.Consumed.Any(entry => entry.Kind.IsPersistentVolume
        && later.Converted.Find(entry.Kind) is null && made.Converted.Find(entry.Kind.WithoutVolume()) is not null);

    /// <summary>Nobody is there any more to be told how they ended.</summary>
    public static void FrameworkRemoved(PoolState state, Decision decision, string frameworkId)
    {
        foreach (var operation in InOrder(state).Where(operation => operation.FrameworkId == frameworkId && !operation.IsPending))
            decision.Happened(new PoolEvent.OperationAcknowledged(operation.Uuid));
    }

    private static IEnumerable<PooledOperation> InOrder(PoolState state) => state.Operations.Count == 0
        ? []
        : state.Operations.Values.OrderBy(operation => operation.Number);
}

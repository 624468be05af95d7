using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>
/// RESERVE, UNRESERVE, CREATE, DESTROY, GROW_VOLUME and SHRINK_VOLUME. What they make is there at once for what follows in
/// the same ACCEPT and for the next offer; the agent is asked to carry them out and may still fail.
/// </summary>
internal sealed class Operating(
    PoolState state, Decision decision, PooledFramework framework, PooledAgent agent, AcceptedResources accepted, IEnumerable<string> offerIds)
{
    private readonly HashSet<string> endedOffers = [.. offerIds];
    private readonly HashSet<string> named = [];
    private int count;

    public void Carry(Offer.Types.Operation operation)
    {
        var caller = new OperationCaller(accepted.Role, framework.Info.HasPrincipal ? framework.Info.Principal : null,
            framework.Has(Capability.SharedResources));
        ResourceConversion? conversion = null;
        if ((WhyNotId(operation) ?? Authorizing.WhyNotOperate(state, framework, operation)) is { } why || !OperationRules.TryRead(operation, caller, out conversion, out why)
            || (why = accepted.WhyNotConvert(conversion)) is not null)
        {
            OperationReports.Refuse(decision, framework, operation, agent.Info.Id, why);
            return;
        }

        foreach (var offer in VolumesInUse.OffersOfGone(agent, conversion).Where(offer => endedOffers.Add(offer.Id)))
            OfferEvents.Rescind(state, decision, offer);
        accepted.Convert(conversion);
        OperationLife.Begin(state, decision, agent, framework.Id, operation, conversion, accepted.Total, count++);
    }

    private string? WhyNotId(Offer.Types.Operation operation)
    {
        if (operation.Id is null)
            return null;
        var id = operation.Id.Value;
        if (Names.WhyNotIdentifier("The operation's id", id) is { } bad)
            return bad;
        return !named.Add(id) || state.Operations.Values.Any(known => known.FrameworkId == framework.Id && known.Info.Id?.Value == id)
            ? $"The operation's id {id} is in use by another operation of this framework"
            : null;
    }
}

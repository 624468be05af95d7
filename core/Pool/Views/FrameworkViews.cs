using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>One framework as operators see it.</summary>
internal static class FrameworkViews
{
    public static OperatorResponse.Types.GetFrameworks.Types.Framework Of(PoolState state, PooledFramework framework)
    {
        var view = new OperatorResponse.Types.GetFrameworks.Types.Framework
        {
            FrameworkInfo = framework.Info,
            Active = framework.IsConnected,
            Connected = framework.IsConnected,
            Recovered = framework.IsRecovered,
        };
        if (framework.OfferConstraints is { } constraints)
            view.OfferConstraints = constraints;
        if (framework.RegisteredTime is { } registered)
            view.RegisteredTime = StatusReports.Time(registered);
        if (framework.ReregisteredTime is { } again)
            view.ReregisteredTime = StatusReports.Time(again);
        if (framework.UnregisteredTime is { } gone)
            view.UnregisteredTime = StatusReports.Time(gone);
        var offers = framework.OutstandingOffers.Values.OrderBy(offer => offer.Id, StringComparer.Ordinal).ToList();
        view.Offers.Add(offers.Select(offer => OfferViews.Of(state, offer, framework)));
        view.InverseOffers.Add(framework.InverseOffers.Values.OrderBy(offer => offer.Id, StringComparer.Ordinal)
            .Select(offer => OfferViews.Of(offer, state.Agents[offer.AgentId], framework)));
        view.OfferedResources.Add(Amount(offers.Select(offer => offer.Allocated)));
        view.AllocatedResources.Add(Amount(framework.Tasks.Values.Where(task => task.HoldsResources)
            .Select(task => task.Resources.AllocatedTo(task.Role))));
        return view;
    }

    /// <summary>What tasks and offers of a role hold over all agents.</summary>
    public static ResourceBag Held(PoolState state, string role) => Sum(
        state.Agents.Values.SelectMany(agent => agent.Tasks.Values)
            .Where(task => task.HoldsResources && task.Role == role).Select(task => task.Resources)
            .Concat(state.Offers.Values.Where(offer => offer.Role == role).Select(offer => offer.Resources)));

    private static IEnumerable<Resource> Amount(IEnumerable<ResourceBag> bags) => Sum(bags).ToMessages(ResourceFormat.WithRole);

    /// <summary>The same ports of two agents are no more than once here: only scalars can be added up over a pool.</summary>
    private static ResourceBag Sum(IEnumerable<ResourceBag> bags) => bags.Aggregate(ResourceBag.Empty, (sum, bag) =>
        sum.ConflictsWith(bag) ? sum.Add(bag.Where(entry => entry.Value is ResourceValue.Scalar)) : sum.Add(bag));
}

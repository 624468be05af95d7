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
        view.OfferedResources.Add(Amount(offers.Select(offer => (offer.Role, offer.Resources))));
        view.AllocatedResources.Add(Amount(framework.Tasks.Values.Where(task => task.HoldsResources).Select(task => (task.Role, task.Resources))));
        return view;
    }

    /// <summary>What tasks and offers of each role hold over all agents; nothing of roles that hold nothing.</summary>
    public static Dictionary<string, ResourceBag> HeldByRole(PoolState state) => ResourceSum.ByRole(
        state.Agents.Values.SelectMany(agent => agent.HoldingTasks).Select(task => (task.Role, task.Resources))
            .Concat(state.Offers.Values.Select(offer => (offer.Role, offer.Resources))));

    private static IEnumerable<Resource> Amount(IEnumerable<(string Role, ResourceBag Resources)> held) =>
        ResourceSum.AllocatedByRole(held).SelectMany(role => role.ToMessages(ResourceFormat.WithRole));
}

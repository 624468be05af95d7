using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>
/// What counts towards the quota of a role, with all below it: reservations, used or not, and of what is not reserved
/// all that tasks, executors and offers hold. Revocable resources do not count.
/// </summary>
internal sealed record RoleUse(ResourceQuantities Tasks, ResourceQuantities Offers, ResourceQuantities Reserved)
{
    public ResourceQuantities WithoutOffers => Tasks.Add(Reserved);

    public static RoleUse Of(PoolState state, string role) => new(
        Sum(state.Agents.Values.SelectMany(agent => agent.HoldingTasks)
            .Where(task => RoleName.IsSameOrBelow(task.Role, role)).Select(task => Plain(task.Resources))
            .Concat(state.Agents.Values.SelectMany(agent => agent.Executors.Values)
                .Where(executor => RoleName.IsSameOrBelow(executor.Role, role)).Select(executor => Plain(executor.Resources)))),
        Sum(OffersOf(state, role).Select(offer => Plain(offer.Resources))),
        Sum(state.Agents.Values.Select(agent => agent.Total.Where(entry => RoleName.IsSameOrBelow(entry.Kind.ReservedTo, role)))));

    public static IEnumerable<PooledOffer> OffersOf(PoolState state, string role) =>
        state.Offers.Values.Where(offer => RoleName.IsSameOrBelow(offer.Role, role));

    public static ResourceBag Plain(ResourceBag resources) =>
        resources.Where(static entry => !entry.Kind.IsReserved && !entry.Kind.IsRevocable);

    private static ResourceQuantities Sum(IEnumerable<ResourceBag> bags) =>
        ResourceQuantities.Of(bags.SelectMany(bag => bag.Quantities));
}

using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>
/// Dominant resource fairness over roles, then over a role's frameworks: who has the smallest part of the pool is next.
/// </summary>
internal sealed class Shares
{
    private readonly Dictionary<string, long> total = [];
    private readonly Dictionary<string, Dictionary<string, long>> ofRole = [];
    private readonly Dictionary<(string Role, string Framework), Dictionary<string, long>> ofFramework = [];
    private readonly List<(PooledFramework Framework, string Role)> wanting = [];

    public Shares(PoolState state)
    {
        foreach (var agent in state.Agents.Values)
            Add(total, agent.Total);
        foreach (var task in state.Agents.Values.SelectMany(agent => agent.Tasks.Values).Where(task => task.HoldsResources))
            Give(task.FrameworkId, task.Role, task.Resources);
        foreach (var offer in state.Offers.Values)
            Give(offer.FrameworkId.Value, offer.AllocationInfo.Role, Amounts.Of(offer.Resources));
        foreach (var framework in state.Frameworks.Values.Where(framework => framework.IsConnected))
            wanting.AddRange(framework.Roles.Where(role => !framework.SuppressedRoles.Contains(role)).Select(role => (framework, role)));
    }

    public IEnumerable<(PooledFramework Framework, string Role)> InOrder() => wanting
        .OrderBy(pair => Dominant(ofRole.GetValueOrDefault(pair.Role)))
        .ThenBy(pair => pair.Role, StringComparer.Ordinal)
        .ThenBy(pair => Dominant(ofFramework.GetValueOrDefault((pair.Role, pair.Framework.Id))))
        .ThenBy(pair => pair.Framework.Id, StringComparer.Ordinal)
        .ToList();

    public void Give(PooledFramework framework, string role, ResourceBag resources) => Give(framework.Id, role, resources);

    private void Give(string framework, string role, ResourceBag resources)
    {
        if (!ofRole.TryGetValue(role, out var roleAmounts))
            ofRole[role] = roleAmounts = [];
        if (!ofFramework.TryGetValue((role, framework), out var amounts))
            ofFramework[(role, framework)] = amounts = [];
        Add(roleAmounts, resources);
        Add(amounts, resources);
    }

    private double Dominant(Dictionary<string, long>? amounts) => amounts is null
        ? 0
        : amounts.Max(pair => total.GetValueOrDefault(pair.Key) is > 0 and var all ? pair.Value / (double)all : 0);

    private static void Add(Dictionary<string, long> sums, ResourceBag resources)
    {
        foreach (var (name, amount) in resources.Quantities)
            sums[name] = sums.GetValueOrDefault(name) + amount.Thousandths;
    }
}

using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Allocation;

/// <summary>A pool with nested roles, reservations, quotas and refusals to which things happen by chance from a seed.</summary>
internal sealed class RandomPool
{
    /// <summary>To which something is reserved that may be given back.</summary>
    public const string Reserver = "a/y";

    private static readonly string[] Roles = ["a", "a/x", "a/x/1", "a/y", "b", "b/z", "c"];
    private static readonly ResourceBag Part = ResourceText.Parse("cpus:0.5;mem:256");

    private static readonly ResourceBag Reserved = ResourceBag.Of(ResourceText.Parse("cpus:1;mem:300")
        .Select(entry => entry with { Kind = entry.Kind.WithReservations([new Reservation(ReservationType.Dynamic, Reserver)]) }));

    private readonly Random _chance;
    private readonly Dictionary<string, ResourceBag> _totals = [];
    private readonly Dictionary<string, HashSet<string>> _frameworks = [];
    private readonly int _seed;

    public RandomPool(int seed)
    {
        (_seed, _chance) = (seed, new Random(seed));
        foreach (var agent in Enumerable.Range(0, 6))
        {
            var role = Roles[_chance.Next(Roles.Length)];
            _totals[$"S{agent}"] = ResourceText.Parse(agent % 2 == 0
                ? $"cpus:4;mem:4096;cpus({role}):2;mem({role}):512;ports:[1000-1099]"
                : "cpus:8;mem:8192;disk:1000").Add(Reserved);
            Allocator.AddAgent($"S{agent}", _totals[$"S{agent}"]);
        }

        foreach (var framework in Enumerable.Range(0, 7))
            Join($"F{framework}");
        foreach (var role in Roles.Where(_ => _chance.Next(2) == 0))
            Limit(role);
    }

    public Allocator Allocator { get; } = new();

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public Dictionary<string, Quota> Quotas { get; } = [];

    public List<OfferedResources> Held { get; } = [];

    public IEnumerable<string> Agents => _totals.Keys;

    public IEnumerable<(string Framework, string Role)> Clients =>
        _frameworks.SelectMany(framework => framework.Value.Select(role => (framework.Key, role)));

    public void Step()
    {
        Now += TimeSpan.FromMilliseconds(_chance.Next(2000));
        switch (_chance.Next(9))
        {
            case 0 or 1:
                Held.AddRange(Allocator.Allocate(new AllocationRound(Now, (ulong)_chance.Next())));
                break;
            case 2 or 3 when Held.Count > 0:
                var declined = Take();
                var until = _chance.Next(4) == 0 ? DateTimeOffset.MaxValue : Now.AddSeconds(_chance.Next(20));
                Allocator.Decline(declined.FrameworkId, declined.Role, declined.AgentId, declined.Resources, until);
                break;
            case 4 when Held.Count > 0:
                var used = Take();
                var kept = used.Resources.Contains(Part) ? Part : used.Resources;
                Allocator.Recover(used.FrameworkId, used.Role, used.AgentId, used.Resources.Subtract(kept));
                Held.Add(used with { Resources = kept });
                break;
            case 5:
                Allocator.Revive($"F{_chance.Next(7)}", []);
                break;
            case 6:
                Allocator.Suppress($"F{_chance.Next(7)}", [Roles[_chance.Next(Roles.Length)]]);
                break;
            case 7:
                Allocator.SetAgentActive($"S{_chance.Next(6)}", _chance.Next(3) != 0);
                break;
            default:
                var again = $"F{_chance.Next(7)}";
                if (_chance.Next(6) == 0)
                {
                    Allocator.RemoveFramework(again);
                    Held.RemoveAll(held => held.FrameworkId == again);
                    Join(again);
                }

                break;
        }
    }

    public void CheckParts(int step)
    {
        foreach (var (agent, total) in _totals)
        {
            Held.Where(held => held.AgentId == agent).Aggregate(Allocator.Free(agent), (sum, held) => sum.Add(held.Resources))
                .ShouldBe(total, $"seed {_seed}, step {step}, agent {agent}");
        }
    }

    /// <summary>Counted here from what is held and reserved, not by the allocator's own books.</summary>
    public void CheckLimits(int step)
    {
        foreach (var (role, quota) in Quotas)
        {
            var reserved = _totals.Values.SelectMany(total => total.Where(entry => entry.Kind.IsReserved && RoleName.IsSameOrBelow(entry.Kind.ReservedTo, role)));
            var unreserved = Held.Where(held => RoleName.IsSameOrBelow(held.Role, role)).SelectMany(held => held.Resources.Where(entry => !entry.Kind.IsReserved));
            foreach (var (name, limit) in quota.Limits)
            {
                var reservedAmount = Sum(reserved, name);
                var consumed = reservedAmount + Sum(unreserved, name);
                (consumed <= ResourceAmount.Max(limit, reservedAmount)).ShouldBeTrue($"seed {_seed}, step {step}: role {role} has {name}:{consumed}, {limit} is allowed");
                Allocator.ConsumedQuota(role)[name].ShouldBe(consumed, $"seed {_seed}, step {step}, role {role}");
            }
        }
    }

    private static ResourceAmount Sum(IEnumerable<ResourceEntry> entries, string name) => entries
        .Where(entry => entry.Kind.Name == name).Select(entry => entry.Value).OfType<ResourceValue.Scalar>()
        .Aggregate(ResourceAmount.Zero, (sum, scalar) => sum + scalar.Amount);

    private OfferedResources Take()
    {
        var taken = Held[_chance.Next(Held.Count)];
        Held.Remove(taken);
        return taken;
    }

    private void Join(string framework)
    {
        _frameworks[framework] = [.. Enumerable.Range(0, _chance.Next(1, 3)).Select(_ => Roles[_chance.Next(Roles.Length)])];
        Allocator.SetFramework(framework, _frameworks[framework], isActive: true);
    }

    private void Limit(string role)
    {
        var limit = ResourceText.Parse($"cpus:{_chance.Next(1, 20)};mem:{_chance.Next(512, 20_000)}").Quantities;
        var guarantee = _chance.Next(2) == 0 ? ResourceQuantities.Empty : ResourceQuantities.Of(KeyValuePair.Create("cpus", ResourceAmount.FromUnits(1)));
        Quotas[role] = new Quota(guarantee, limit);
        Allocator.SetQuota(role, Quotas[role]);
    }
}

using System.Diagnostics;
using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;

namespace DataPlatform.Benchmarks.Allocation;

/// <summary>Every round offers every agent, and every offer is declined with a filter that outlives the run.</summary>
public sealed class AllocationScenario : Scenario
{
    public override string Name => "allocation";

    public override string Purpose => "rounds of the pure allocator in which all offers are declined for good";

    public override Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        // What is measured is the allocator, not the compiler: a small pool of each kind warms it up.
        Run(new PoolShape(1_000, 200, Roles: 1), cancellation);
        Run(new PoolShape(1_000, 200, Roles: 100), cancellation);
        Run(new PoolShape(1_000, 200, Roles: 30, IsBusy: true, Rounds: 5), cancellation);
        var plain = Run(new PoolShape(10_000, 1_000, Roles: 1), cancellation);
        var nested = Run(new PoolShape(10_000, 1_000, Roles: 100), cancellation);
        var large = Run(new PoolShape(20_000, 3_000, Roles: 1), cancellation);
        var busy = Run(new PoolShape(20_000, 3_000, Roles: 30, IsBusy: true), cancellation);
        var huge = Run(new PoolShape(100_000, 10_000, Roles: 1, Rounds: 20), cancellation);
        List<Measurement> measurements =
        [
            .. Describe("10,000 x 1,000", plain, 60),
            .. Describe("10,000 x 1,000, 100 nested roles", nested, null),
            .. Describe("20,000 x 3,000", large, null),
            new("20,000 x 3,000 against 10,000 x 1,000, processor time", Median(large.Processor) / Median(plain.Processor), "x"),
            .. Describe("20,000 x 3,000, quotas, a third with reservations, 90 % refused", busy, 60),
            new("the same once everything is refused: median of 5", Median(busy.Exhausted), "ms", 60),
            .. Describe("100,000 x 10,000", huge, 1000),
            // Ten times the agents and ten times the frameworks: 100 n, which is 175 times as much by n log n.
            new("100,000 x 10,000 against 10,000 x 1,000, processor time", Median(huge.Processor) / Median(plain.Processor), "x", 175),
        ];
        return Task.FromResult(new ScenarioResult(Name, measurements,
            ["a round is Allocate and the declines of all its offers; Mesos on a like machine takes 620 to 910 ms, and 2.3 s for the large pool"]));
    }

    private static IEnumerable<Measurement> Describe(string pool, RoundTimes rounds, double? atMost) =>
    [
        new($"{pool}: median of {rounds.Wall.Length}", Median(rounds.Wall), "ms", atMost),
        new($"{pool}: median, processor time", Median(rounds.Processor), "ms"),
        new($"{pool}: slowest", rounds.Wall.Max(), "ms"),
        // Single rounds are noise on a shared machine, ten together are not.
        new($"{pool}: last ten against first ten", rounds.Wall[^10..].Average() / rounds.Wall[..10].Average(), "x", atMost is null ? null : 1.2),
    ];

    private static RoundTimes Run(PoolShape shape, CancellationToken cancellation)
    {
        var allocator = Make(shape);
        var now = DateTimeOffset.UnixEpoch;
        var rounds = new RoundTimes(new double[shape.Rounds], new double[shape.Rounds], new double[shape.IsBusy ? 5 : 0]);
        using var process = Process.GetCurrentProcess();
        for (var round = 0; round < shape.Rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            process.Refresh();
            var processor = process.TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            var offers = allocator.Allocate(new AllocationRound(now, (ulong)round));
            foreach (var offer in offers)
                allocator.Decline(offer.FrameworkId, offer.Role, offer.AgentId, offer.Resources, DateTimeOffset.MaxValue);
            rounds.Wall[round] = watch.Elapsed.TotalMilliseconds;
            process.Refresh();
            rounds.Processor[round] = (process.TotalProcessorTime - processor).TotalMilliseconds;
            if (shape.IsBusy ? offers.Count < shape.Agents / 4 : offers.Count != shape.Agents)
                throw new InvalidOperationException($"round {round} made {offers.Count} offers of {shape.Agents} agents");
            now = now.AddSeconds(1);
        }

        for (var exhausted = 0; exhausted < rounds.Exhausted.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            var watch = Stopwatch.StartNew();
            var offers = allocator.Allocate(new AllocationRound(now, (ulong)now.Ticks));
            if (offers.Count == 0)
                rounds.Exhausted[exhausted++] = watch.Elapsed.TotalMilliseconds;
            foreach (var offer in offers)
                allocator.Decline(offer.FrameworkId, offer.Role, offer.AgentId, offer.Resources, DateTimeOffset.MaxValue);
            now = now.AddSeconds(1);
        }

        return rounds;
    }

    private static Allocator Make(PoolShape shape)
    {
        var allocator = new Allocator();
        for (var agent = 0; agent < shape.Agents; agent++)
            allocator.AddAgent($"S{agent}", shape.Host(agent));
        for (var framework = 0; framework < shape.Frameworks; framework++)
            allocator.SetFramework($"F{framework}", [shape.Role(framework)], isActive: true);
        if (!shape.IsBusy)
            return allocator;
        foreach (var role in Enumerable.Range(0, shape.Roles).Select(shape.Role).Distinct())
            allocator.SetQuota(role, new Quota(shape.Part(0.01), shape.Part(0.05)));
        var chance = new Random(1);
        var frameworks = Enumerable.Range(0, shape.Frameworks).Select(framework => (Id: $"F{framework}", Role: shape.Role(framework))).ToArray();
        for (var agent = 0; agent < shape.Agents; agent++)
        {
            var (id, host) = ($"S{agent}", shape.Host(agent));
            for (var framework = 0; framework < shape.Frameworks; framework++)
            {
                if (chance.Next(10) != 0)
                    allocator.Refuse(frameworks[framework].Id, frameworks[framework].Role, id, host, DateTimeOffset.MaxValue);
            }
        }

        return allocator;
    }

    /// <param name="IsBusy">Quotas for all roles, reservations on every third agent, nine of ten pairs of agent and framework refused.</param>
    private sealed record PoolShape(int Agents, int Frameworks, int Roles, bool IsBusy = false, int Rounds = 100)
    {
        private static readonly ResourceBag Plain = ResourceText.Parse("cpus:24;mem:4096;disk:4096;ports:[31000-32000]");

        public string Role(int framework) => Roles == 1 ? "analytics" : $"team-{framework % 10}/role-{framework % Roles}";

        public ResourceBag Host(int agent) => IsBusy && agent % 3 == 0
            ? ResourceText.Parse($"cpus:16;cpus({Role(agent % Roles)}):8;mem:3072;mem({Role(agent % Roles)}):1024;disk:4096;ports:[31000-32000]")
            : Plain;

        public ResourceQuantities Part(double share) => ResourceQuantities.Of(Plain.Quantities
            .Select(amount => KeyValuePair.Create(amount.Key, ResourceAmount.FromDouble(Math.Round(amount.Value.ToDouble() * Agents * share)))));
    }

    /// <summary>In milliseconds; processor time tells the work where a busy machine stretches the rest.</summary>
    /// <param name="Exhausted">Of rounds in which everybody has refused everything.</param>
    private sealed record RoundTimes(double[] Wall, double[] Processor, double[] Exhausted);

    private static double Median(double[] rounds) => rounds.Order().ElementAt(rounds.Length / 2);
}

using System.Diagnostics;
using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;

namespace DataPlatform.Benchmarks.Allocation;

/// <summary>Every round offers every agent, and every offer is declined with a filter that outlives the run.</summary>
public sealed class AllocationScenario : Scenario
{
    private const int Rounds = 100;

    public override string Name => "allocation";

    public override string Purpose => "rounds of the pure allocator in which all offers are declined for good";

    public override Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        // What is measured is the allocator, not the compiler: a small pool warms it up.
        Run(1_000, 200, roles: 1, cancellation);
        Run(1_000, 200, roles: 100, cancellation);
        var plain = Run(10_000, 1_000, roles: 1, cancellation);
        var nested = Run(10_000, 1_000, roles: 100, cancellation);
        var large = Run(20_000, 3_000, roles: 1, cancellation);
        List<Measurement> measurements =
        [
            .. Describe("10,000 x 1,000", plain, 60),
            .. Describe("10,000 x 1,000, 100 nested roles", nested, null),
            .. Describe("20,000 x 3,000", large, null),
            new("20,000 x 3,000 against 10,000 x 1,000, processor time", Median(large.Processor) / Median(plain.Processor), "x"),
        ];
        return Task.FromResult(new ScenarioResult(Name, measurements,
            ["a round is Allocate and the declines of all its offers; Mesos on a like machine takes 620 to 910 ms, and 2.3 s for the large pool"]));
    }

    private static IEnumerable<Measurement> Describe(string pool, RoundTimes rounds, double? atMost) =>
    [
        new($"{pool}: median of {Rounds}", Median(rounds.Wall), "ms", atMost),
        new($"{pool}: median, processor time", Median(rounds.Processor), "ms"),
        new($"{pool}: slowest", rounds.Wall.Max(), "ms"),
        // Single rounds are noise on a shared machine, ten together are not.
        new($"{pool}: last ten against first ten", rounds.Wall[^10..].Average() / rounds.Wall[..10].Average(), "x", atMost is null ? null : 1.2),
    ];

    private static RoundTimes Run(int agents, int frameworks, int roles, CancellationToken cancellation)
    {
        var allocator = new Allocator();
        for (var agent = 0; agent < agents; agent++)
            allocator.AddAgent($"S{agent}", ResourceText.Parse("cpus:24;mem:4096;disk:4096;ports:[31000-32000]"));
        for (var framework = 0; framework < frameworks; framework++)
            allocator.SetFramework($"F{framework}", [roles == 1 ? "analytics" : $"team-{framework % 10}/role-{framework % roles}"], isActive: true);
        var now = DateTimeOffset.UnixEpoch;
        var rounds = new RoundTimes(new double[Rounds], new double[Rounds]);
        using var process = Process.GetCurrentProcess();
        for (var round = 0; round < Rounds; round++)
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
            if (offers.Count != agents)
                throw new InvalidOperationException($"round {round} made {offers.Count} offers of {agents} agents");
            now = now.AddSeconds(1);
        }

        return rounds;
    }

    /// <summary>In milliseconds; processor time tells the work where a busy machine stretches the rest.</summary>
    private sealed record RoundTimes(double[] Wall, double[] Processor);

    private static double Median(double[] rounds) => rounds.Order().ElementAt(rounds.Length / 2);
}

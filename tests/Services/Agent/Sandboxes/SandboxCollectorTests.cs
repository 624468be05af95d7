using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Sandboxes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.Agent.Sandboxes;

public sealed class SandboxCollectorTests : IDisposable
{
    private readonly string work = Directory.CreateTempSubdirectory("dp-sandbox-").FullName;
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private readonly SandboxPaths paths;
    private double used;

    public SandboxCollectorTests() => paths = new SandboxPaths(work);

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Fact]
    public void Collects_old_sandboxes_that_nothing_uses_and_the_sooner_the_fuller_the_disk_is()
    {
        var (old, inUse) = (Make("old"), Make("in-use"));
        Directory.SetLastWriteTimeUtc(old, time.GetUtcNow().UtcDateTime.AddHours(-2));
        Directory.SetLastWriteTimeUtc(inUse, time.GetUtcNow().UtcDateTime.AddHours(-2));
        var collector = Collector(most: 100);
        collector.Scan();

        used = 0.5;
        collector.Collect().ShouldBeEmpty("4 of 10 hours are allowed");
        used = 0.8;
        collector.Collect().ShouldBe([old], "1 of 10 hours is allowed");

        Directory.Exists(Path.Combine(paths.Root, "S0", "frameworks", "F", "executors", "old")).ShouldBeFalse();
        Directory.Exists(inUse).ShouldBeTrue();
        SandboxCollector.AllowedAge(TimeSpan.FromHours(10), 0.1, 0.95).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Takes_no_more_than_a_full_disk_needs_and_the_oldest_first()
    {
        var runs = Enumerable.Range(0, 5).Select(number => Make($"t{number}")).ToList();
        used = 0.93;
        var collector = new SandboxCollector(
            paths, new CollectionRules(TimeSpan.FromHours(10), 0.1, 100), _ => false, () => 0.93 - (0.02 * runs.Count(run => !Directory.Exists(run))), time, NullLogger.Instance);
        foreach (var run in runs)
        {
            collector.Ended(run);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        collector.Collect().ShouldBe(runs[..2]);
    }

    [Fact]
    public void Keeps_no_more_than_the_count_allows()
    {
        var collector = Collector(most: 2);
        var runs = Enumerable.Range(0, 5).Select(number => Make($"t{number}")).ToList();
        foreach (var run in runs)
        {
            collector.Ended(run);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        collector.Collect().ShouldBe(runs[..3]);
    }

    [Fact]
    public void A_clock_that_is_set_forward_takes_nothing_early()
    {
        var run = Make("t");
        var collector = Collector(most: 100);
        collector.Ended(run);

        Directory.SetLastWriteTimeUtc(run, time.GetUtcNow().UtcDateTime.AddYears(-1));

        collector.Collect().ShouldBeEmpty();
        time.Advance(TimeSpan.FromHours(10));
        collector.Collect().ShouldBe([run]);
    }

    private SandboxCollector Collector(int most) => new(
        paths, new CollectionRules(TimeSpan.FromHours(10), 0.1, most), id => id == "in-use", () => used, time, NullLogger.Instance);

    private string Make(string id) => Sandbox.Create(paths, "S0", Running.AgentUnderTest.RunOf("F", id, id), owner: null).Path;
}

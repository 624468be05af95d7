using System.Diagnostics;
using System.Globalization;
using DataPlatform.Benchmarks.Live;

namespace DataPlatform.Benchmarks.Fleet;

/// <summary>A master that dies under a large cluster: how soon the next one knows everything, and what it costs to look at that.</summary>
public class FailoverScenario : Scenario
{
    private const int Agents = 40_000;
    private const int TasksEach = 10;

    /// <summary>As README advises for a pool of that size.</summary>
    private static readonly Dictionary<string, string> ForLargePools = new() { ["DOTNET_GCDynamicAdaptationMode"] = "0" };

    public override string Name => "failover";

    public override string Purpose => "fail-over of a master with 40,000 agents and 400,000 tasks: time to the full picture, memory, and reads of it beside the writer";

    /// <summary>On which the next master takes over.</summary>
    internal virtual FailoverJournal StartJournal() => new();

    public override async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        if (Programs.Missing is { } reason)
            return new ScenarioResult(Name, [], []) { Skipped = reason };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(9));
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        await using var journal = StartJournal();
        if (journal.WhyNot is { } whyNot)
            return new ScenarioResult(Name, [], []) { Skipped = whyNot };
        // A connection each would be more files than a process may usually open.
        var sharedPort = FleetMaster.FreePort();
        await using var master = new FleetMaster(["--http2-port", sharedPort.ToString(CultureInfo.InvariantCulture), .. journal.Settings], ForLargePools);
        await master.ServesAsync(http, limit.Token);
        await using var fleet = new FleetProcess(master.Address, Agents, sharedPort: sharedPort);
        await fleet.UntilAsync(counts => counts.Registrations >= Agents, "all agents registered", TimeSpan.FromMinutes(3), limit.Token);
        await fleet.HoldAsync(TasksEach, limit.Token);

        var before = fleet.Now.Registrations;
        var fleetBefore = fleet.ProcessorMilliseconds;
        var watch = Stopwatch.StartNew();
        await master.FailOverAsync();
        await fleet.UntilAsync(counts => counts.Registrations >= before + Agents, "all agents registered again", TimeSpan.FromMinutes(3), limit.Token);
        var full = watch.Elapsed;
        var (masterSpent, fleetSpent) = (master.Process.ProcessorMilliseconds.Own, fleet.ProcessorMilliseconds - fleetBefore);
        var known = await MetricAsync(http, master.Address, "master/tasks_running", limit.Token);
        var memory = master.Process.ResidentMegabytes;

        await using var probe = new WriterProbe(master.Address);
        var quiet = await probe.LatencyAsync(async () => { await Task.Delay(TimeSpan.FromSeconds(2), limit.Token); return 0L; }, limit.Token);
        var metrics = await probe.LatencyAsync(() => ReadAsync(http, new HttpRequestMessage(HttpMethod.Get, new Uri(master.Address, "/metrics")), limit.Token), limit.Token);
        var state = await probe.LatencyAsync(() => ReadAsync(http, GetState(master.Address), limit.Token), limit.Token);
        // As a dashboard does: code is compiled while the first is written.
        for (var warming = 0; warming < 2; warming++)
            await ReadAsync(http, GetState(master.Address), limit.Token);
        var again = await probe.LatencyAsync(() => ReadAsync(http, GetState(master.Address), limit.Token), limit.Token);
        return new ScenarioResult(Name,
        [
            new($"{Agents} agents with {TasksEach} tasks each: the full picture, from kill -9 of the master{journal.Note}", full.TotalSeconds, "s", AtMost: 10),
            new("processor time of the new master until then", masterSpent / 1000, "s"),
            new("processor time of the emulated agents until then", fleetSpent / 1000, "s"),
            new("tasks that the new master knows to run", known, "", AtLeast: (double)Agents * TasksEach),
            new("master, resident with the full picture", memory, "MB", AtMost: 3000),
            new("/metrics", metrics.Took.TotalSeconds, "s", AtMost: 1),
            new("GET_STATE, the first that is ever asked", state.Took.TotalSeconds, "s", AtMost: 1),
            new("GET_STATE, the fourth", again.Took.TotalSeconds, "s", AtMost: 1),
            new("size of GET_STATE", state.Result / 1e6, "MB"),
            new("longest call through the writer, nothing else asked", quiet.LongestMilliseconds, "ms", AtMost: 5),
            new("longest call through the writer beside /metrics", metrics.LongestMilliseconds, "ms", AtMost: 5),
            new("longest call through the writer beside the first GET_STATE", state.LongestMilliseconds, "ms", AtMost: 5),
            new("longest call through the writer beside the fourth", again.LongestMilliseconds, "ms", AtMost: 5),
            new("master, resident after GET_STATE", master.Process.ResidentMegabytes, "MB", AtMost: 3000),
        ],
        [
            $"load of the machine: {File.ReadAllText("/proc/loadavg").Trim()}",
            "the master runs with DOTNET_GCDynamicAdaptationMode=0, as for large pools",
            "the agents' streams share connections, a hundred each, by HTTP/2 with prior knowledge; their other calls go over 64 connections of HTTP/1.1",
        ]);
    }

    private static HttpRequestMessage GetState(Uri master) => new(HttpMethod.Post, new Uri(master, "/api/v1"))
    {
        Content = new StringContent("""{"type":"GET_STATE"}""", System.Text.Encoding.UTF8, "application/json"),
    };

    private static async Task<long> ReadAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellation)
    {
        using (request)
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            response.EnsureSuccessStatusCode();
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            var buffer = new byte[1 << 16];
            long size = 0;
            while (await body.ReadAsync(buffer, cancellation) is > 0 and var read)
                size += read;
            return size;
        }
    }

    private static async Task<double> MetricAsync(HttpClient http, Uri master, string name, CancellationToken cancellation)
    {
        using var document = System.Text.Json.JsonDocument.Parse(await http.GetStringAsync(new Uri(master, "/metrics/snapshot"), cancellation));
        return document.RootElement.TryGetProperty(name, out var value) ? value.GetDouble() : throw new InvalidOperationException($"/metrics/snapshot has no {name}");
    }
}

using System.Diagnostics;
using System.Globalization;
using DataPlatform.Benchmarks.Live;

namespace DataPlatform.Benchmarks.Fleet;

/// <summary>A master that dies under a large cluster: how soon the next one knows everything, and what it costs to look at that.</summary>
public sealed class FailoverScenario : Scenario
{
    private const int WantedAgents = 40_000;
    private const int Tasks = 400_000;

    /// <summary>The part of its open files that a master gives to connections, less a few for who else asks.</summary>
    private const double ConnectionShare = 0.7;

    public override string Name => "failover";

    public override string Purpose => "fail-over of a master with 40,000 agents and 400,000 tasks: time to the full picture, memory, and reads of it beside the writer";

    public override async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        if (Programs.Missing is { } reason)
            return new ScenarioResult(Name, [], []) { Skipped = reason };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(9));
        var agents = Math.Min(WantedAgents, (int)(OpenFiles() * ConnectionShare));
        var each = Tasks / agents;
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        await using var master = new FleetMaster();
        await master.ServesAsync(http, limit.Token);
        await using var fleet = new FleetProcess(master.Address, agents);
        await fleet.UntilAsync(counts => counts.Registrations >= agents, "all agents registered", TimeSpan.FromMinutes(3), limit.Token);
        await fleet.HoldAsync(each, limit.Token);

        var before = fleet.Now.Registrations;
        var fleetBefore = fleet.ProcessorMilliseconds;
        var watch = Stopwatch.StartNew();
        await master.FailOverAsync();
        await fleet.UntilAsync(counts => counts.Registrations >= before + agents, "all agents registered again", TimeSpan.FromMinutes(3), limit.Token);
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
            new($"{agents} agents with {each} tasks each: the full picture, from kill -9 of the master", full.TotalSeconds, "s", AtMost: 10),
            new("processor time of the new master until then", masterSpent / 1000, "s"),
            new("processor time of the emulated agents until then", fleetSpent / 1000, "s"),
            new("tasks that the new master knows to run", known, "", AtLeast: (double)agents * each),
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
            agents < WantedAgents ? $"{WantedAgents} agents need more open files than that: this machine allows a process {OpenFiles()}, so there are {agents} with more tasks each" : "all agents that are wanted",
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

    /// <summary>The hard limit; .NET raises its own soft limit to that.</summary>
    private static int OpenFiles() => File.ReadLines("/proc/self/limits")
        .Where(line => line.StartsWith("Max open files", StringComparison.Ordinal))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4])
        .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue)
        .First();
}

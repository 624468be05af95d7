using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Benchmarks.Fleet;
using DataPlatform.Benchmarks.Live;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Clusters;

/// <summary>
/// Many small clusters on emulated agents, with a real master and a real control plane: how soon all are ready, and what they cost while
/// nothing happens.
/// </summary>
public sealed class ClustersScenario : Scenario
{
    private const int Agents = 100;
    private const int Clusters = 200;
    private const int LaunchedAtOnce = 8;

    private const string Package = """
        schema: 1
        name: small
        title: Small
        description: Three pods that emulated agents say to serve.
        versions: [{ version: "1", program: /bin/true, debian: coreutils }]
        options:
          level: { type: integer, title: Level, minimum: 0, maximum: 9, default: 0 }
        secrets: [password]
        pods:
          server:
            count: 3
            task:
              resources: { cpus: 0.1, memory: 64, disk: 16 }
              ports: [http]
              command: { arguments: ["{{ level }}"], environment: { PASSWORD: "{{ secrets.password }}" } }
              ready: { tcp: http }
        endpoints: [{ name: page, title: Page, pod: server, port: http, scheme: http }]
        exports: { SMALL_URL: "http://{{ peers.server.first.host }}:{{ peers.server.first.ports.http }}" }
        """;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>What was begun with the launches ends: code is compiled again with what was learnt, memory is tidied up.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);

    public override string Name => "clusters";

    public override string Purpose => $"{Clusters} clusters of 3 small pods each on {Agents} emulated agents: launch to all ready, then the control plane's cost while nothing happens";

    public override async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        if (Programs.Missing is { } reason)
            return new ScenarioResult(Name, [], []) { Skipped = reason };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Longest + Settling + Idle);
        await using var platform = LivePlatform.Start(agents: 0, "");
        await platform.ServesAsync(limit.Token);
        await using var fleet = new FleetProcess(platform.Address, Agents, isLasting: true);
        await fleet.UntilAsync(counts => counts.Registrations >= Agents, "all agents registered", TimeSpan.FromMinutes(1), limit.Token);
        using var client = await platform.StartControlPlaneAsync(limit.Token);
        await client.InstallPackageAsync(Packed(), limit.Token);

        var controlPlane = platform.ControlPlane;
        var (watch, before, masterBefore) = (Stopwatch.StartNew(), controlPlane.ProcessorMilliseconds.Own, platform.Master.ProcessorMilliseconds.Own);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Clusters), new ParallelOptions { MaxDegreeOfParallelism = LaunchedAtOnce, CancellationToken = limit.Token },
            async (number, token) => await client.LaunchAsync(new LaunchRequest("small", ClusterName(number), null, null), token));
        var accepted = watch.Elapsed;
        await UntilReadyAsync(client, platform, limit.Token);
        var (ready, spent, masterSpent) = (watch.Elapsed, controlPlane.ProcessorMilliseconds.Own - before, platform.Master.ProcessorMilliseconds.Own - masterBefore);

        await Task.Delay(Settling, limit.Token);
        var (idling, idleBefore, masterIdleBefore) = (Stopwatch.StartNew(), controlPlane.ProcessorMilliseconds.Own, platform.Master.ProcessorMilliseconds.Own);
        await Task.Delay(Idle, limit.Token);
        var idle = (controlPlane.ProcessorMilliseconds.Own - idleBefore) / idling.Elapsed.TotalMilliseconds;
        var masterIdle = (platform.Master.ProcessorMilliseconds.Own - masterIdleBefore) / idling.Elapsed.TotalMilliseconds;
        var memory = controlPlane.ResidentMegabytes;

        var (changing, changeBefore) = (Stopwatch.StartNew(), controlPlane.ProcessorMilliseconds.Own);
        await client.UpdateAsync(ClusterName(0), new UpdateRequest(new JsonObject { ["level"] = 1 }, null), limit.Token);
        while (!(await client.ClusterAsync(ClusterName(0), limit.Token)).Events.Any(happened => happened.Text == "updated to target 2"))
            await Task.Delay(20, limit.Token);
        var (changed, changeSpent) = (changing.Elapsed, controlPlane.ProcessorMilliseconds.Own - changeBefore);
        return new ScenarioResult(Name,
        [
            new("all launches accepted", accepted.TotalSeconds, "s"),
            new($"{Clusters} clusters of 3 pods ready, from the first launch", ready.TotalSeconds, "s", AtMost: 60),
            new("processor time of the control plane until then", spent / 1000, "s"),
            new("processor time of the master until then", masterSpent / 1000, "s"),
            new("control plane while nothing happens", idle * 100, "% of a core", AtMost: 30),
            new("master while nothing happens", masterIdle * 100, "% of a core"),
            new("control plane, resident", memory, "MB", AtMost: 400),
            new("one cluster's pods replaced one after another, beside the others", changed.TotalSeconds, "s"),
            new("processor time of the control plane for that", changeSpent - idle * changed.TotalMilliseconds, "ms"),
        ], [$"load of the machine: {File.ReadAllText("/proc/loadavg").Trim()}{(fleet.Now.LastFailure.Length > 0 ? $"; last failure of an agent: {fleet.Now.LastFailure}" : "")}"]);
    }

    private static async Task UntilReadyAsync(ControlPlaneClient client, LivePlatform platform, CancellationToken cancellation)
    {
        while (true)
        {
            var clusters = await client.ClustersAsync(cancellation);
            if (clusters.FirstOrDefault(cluster => cluster.State == ClusterState.Failed) is { } failed)
                throw new InvalidOperationException($"{failed.Name} failed: {failed.Reason}");
            if (clusters.Count(cluster => cluster.State == ClusterState.Ready) == Clusters)
                return;
            if (platform.WhyDown is { } reason)
                throw new InvalidOperationException(reason);
            await Task.Delay(250, cancellation);
        }
    }

    private static byte[] Packed()
    {
        using var content = new MemoryStream();
        using (var tar = new TarWriter(content, leaveOpen: true))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package.yaml") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Package)) });
        return content.ToArray();
    }

    private static string ClusterName(int number) => "small-" + number.ToString(CultureInfo.InvariantCulture);
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Integration.Tests.Engines;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.ControlPlane;

/// <summary>A Prometheus that the platform launched, without having been told what there is.</summary>
public sealed class ScrapingTests
{
    [Fact]
    public async Task A_launched_Prometheus_measures_the_platform_and_its_clusters_by_itself()
    {
        await using var platform = await PlatformProcesses.StartAsync();
        // As where it is told its port: a task that runs is not told another.
        var url = $"http://127.0.0.1:{FreePort()}";
        using var client = await platform.StartControlPlaneAsync(false, "--public-url", url, "--port", new Uri(url).Port.ToString());
        await client.NeedAsync("prometheus", "rabbitmq");
        await client.LaunchAsync(platform, "rabbitmq", "orders", new JsonObject { ["memory"] = 256 });
        var watch = await client.LaunchAsync(platform, "prometheus", "watch", new JsonObject { ["interval"] = 1 });
        var question = watch.Endpoints[0].Url.TrimEnd('/') + "/api/v1/query?query=";

        var agent = platform.Agents[0].Endpoint.Authority;
        string[] parts = [$"platform agent {agent} 1", $"platform control-plane {new Uri(url).Authority} 1", "platform master master 1"];
        string[] pods = ["clusters orders broker 1", "clusters watch server 1"];
        await UpAsync(platform, question, [.. pods, .. parts]);
        (await AskAsync(question, "rabbitmq_identity_info")).ShouldHaveSingleItem()!["metric"]!["cluster"]!.GetValue<string>().ShouldBe("orders");
        (await AskAsync(question, "dp_agent_registered")).ShouldHaveSingleItem();

        await ChartsAsync(platform, client);

        await TokenIsKeptAsync(platform, url);

        // Nothing is forgotten while the control plane is away, and all goes on when it is back.
        await platform.ControlPlane.CrashAsync();
        await UpAsync(platform, question, [.. pods, .. parts.Select(part => part[..^1] + "0")]);
        using var again = await platform.StartControlPlaneAsync();
        await UpAsync(platform, question, [.. pods, .. parts]);

        await again.DeleteAndWaitAsync("orders");
        await UpAsync(platform, question, [pods[1], .. parts]);
        await again.DeleteAndWaitAsync("watch");
    }

    /// <summary>Each series that the package declares has something to show.</summary>
    private static async Task ChartsAsync(PlatformProcesses platform, ControlPlaneClient client)
    {
        ChartsView? seen = null;
        await Eventually.HoldsAsync(
            async () => (seen = await client.ChartsAsync("orders", 15)).Charts is { Count: 4 } charts && charts.All(chart => chart.Series.Count == 2 && chart.Series.All(series => series.Values.Any(value => value is not null))),
            "each chart has both its series", () => $"{System.Text.Json.JsonSerializer.Serialize(seen)}\n{platform.ControlPlane.Log}", TimeSpan.FromMinutes(1));
        seen!.MeasuredBy.ShouldBe("watch");
    }

    /// <summary>Its file is its owner's alone, no argument shows it, and it opens nothing else.</summary>
    private static async Task TokenIsKeptAsync(PlatformProcesses platform, string url)
    {
        var link = Directory.EnumerateFiles(platform.Root, "platform-token", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).First();
        var file = File.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName ?? link;
        (File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)).ShouldBe(UnixFileMode.None);
        var token = await File.ReadAllTextAsync(file);
        foreach (var process in platform.Running())
            (await File.ReadAllTextAsync($"{process}/cmdline")).ShouldNotContain(token);
        platform.ControlPlane.Log.ShouldNotContain(token);

        using var client = new HttpClient { BaseAddress = new Uri(url) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        (await client.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/api/v1/clusters")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    /// <summary>What is measured beside Prometheus by its own file becomes exactly this: job, cluster or part, pod or instance, whether it answers.</summary>
    private static async Task UpAsync(PlatformProcesses platform, string question, string[] wanted)
    {
        string[] seen = [];
        await Eventually.HoldsAsync(
            async () => (seen = [.. (await AskAsync(question, "up")).Select(Line).Where(line => !line.StartsWith("prometheus ", StringComparison.Ordinal)).Order(StringComparer.Ordinal)])
                .SequenceEqual(wanted.Order(StringComparer.Ordinal)),
            string.Join(", ", wanted), () => $"{string.Join('\n', seen)}\n{Said(platform)}\n{platform.ControlPlane.Log}", TimeSpan.FromMinutes(1));
    }

    private static string Said(PlatformProcesses platform) => string.Join('\n', Directory.EnumerateFiles(platform.Root, "stderr", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
        .SelectMany(File.ReadLines).Where(line => line.Contains("level=error", StringComparison.Ordinal) || line.Contains("level=warn", StringComparison.Ordinal)).TakeLast(10));

    private static string Line(JsonNode? series)
    {
        var labels = series!["metric"]!;
        return $"{labels["job"]} {labels["cluster"] ?? labels["part"]} {labels["pod"] ?? labels["instance"]} {series["value"]![1]}";
    }

    private static async Task<JsonArray> AskAsync(string question, string query)
    {
        using var client = new HttpClient();
        return JsonNode.Parse(await client.GetStringAsync(question + query))!["data"]!["result"]!.AsArray();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

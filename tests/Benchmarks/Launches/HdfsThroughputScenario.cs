using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Launches;

public sealed class HdfsThroughputScenario : EngineSpeedScenario
{
    private const int Files = 4;
    private const int FileBytes = 128 * 1024 * 1024;
    private const string User = "data";

    public override string Name => "hdfs-throughput";

    public override string Purpose => "files written to an HDFS (a NameNode and three DataNodes) that the platform launched against the same tasks started by hand";

    private protected override string Package => "hdfs";

    private protected override JsonObject Options => new() { ["datanodes"] = 3, ["namenode_memory"] = 256, ["disk"] = 4096 };

    private protected override IReadOnlyList<Serving> Servings => HdfsLaunchScenario.Serves;

    private protected override int Agents => 3;

    private protected override string Work => $"{Files} files of {FileBytes >> 20} MiB over WebHDFS, one after another, two copies of each";

    private protected override async Task<double> WorkAsync(ClusterDetail seen, CancellationToken cancellation)
    {
        var namenode = seen.Tasks.Single(task => task is { Ready: true } && task.Name.StartsWith("namenode", StringComparison.Ordinal));
        var content = new byte[FileBytes];
        new Random(1).NextBytes(content);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        await UntilHomeAsync(http, namenode, cancellation);
        // The first is small: it waits for what both sides do once.
        await WriteAsync(http, namenode, "first", content[..1024], cancellation);
        var began = Stopwatch.GetTimestamp();
        for (var file = 0; file < Files; file++)
            await WriteAsync(http, namenode, $"load-{file}", content, cancellation);
        return (double)Files * FileBytes / 1_000_000 / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>The NameNode serves a moment before the user's folder is made.</summary>
    private static async Task UntilHomeAsync(HttpClient http, TaskView namenode, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var home = await http.GetAsync(new Uri($"http://{namenode.Host}:{namenode.Ports["http"]}/webhdfs/v1/user/{User}?op=GETFILESTATUS&user.name={User}"), limit.Token);
            if (home.IsSuccessStatusCode)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }
    }

    private static async Task WriteAsync(HttpClient http, TaskView namenode, string name, byte[] content, CancellationToken cancellation)
    {
        using var asked = await http.PutAsync(new Uri($"http://{namenode.Host}:{namenode.Ports["http"]}/webhdfs/v1/user/{User}/{name}?op=CREATE&overwrite=true&user.name={User}"), null, cancellation);
        if (asked.StatusCode != HttpStatusCode.TemporaryRedirect)
            throw new InvalidOperationException($"HDFS refuses {name}: {await asked.Content.ReadAsStringAsync(cancellation)}");
        using var body = new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var written = await http.PutAsync(asked.Headers.Location, body, cancellation);
        if (written.StatusCode != HttpStatusCode.Created)
            throw new InvalidOperationException($"HDFS did not take {name}: {await written.Content.ReadAsStringAsync(cancellation)}");
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.State;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>A real operator against a real pool.</summary>
public sealed class OperatorUnderTest : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly SqliteOperatorStore store;
    private readonly Task running;

    public OperatorUnderTest(RealPool pool, ServicePackage package, IArtifactSource artifacts, Func<string, ClusterConnection?>? connection = null)
    {
        LakePath = Path.Combine(pool.Folder, "lake");
        Directory.CreateDirectory(LakePath);
        store = new SqliteOperatorStore(Path.Combine(pool.Folder, $"operator-{package.Name}.db"));
        Subject = new Operator(package, new OperatorSettings(new SchedulerClientSettings(pool.Master), LakePath, OperatorSettings.UsualUser), artifacts, store, connection ?? (_ => null));
        Package = package;
        running = Subject.RunAsync(stop.Token);
    }

    public Operator Subject { get; }

    public ServicePackage Package { get; }

    public string LakePath { get; }

    public void Want(string name, string options = "{}")
    {
        var merged = (JsonObject)Package.Description.Defaults.DeepClone();
        foreach (var (option, value) in (JsonObject)JsonNode.Parse(options)!)
            merged[option] = value?.DeepClone();
        Subject.Want(new WantedCluster(name, name, "test", merged, DateTimeOffset.UtcNow));
    }

    public async Task<ClusterObservation> UntilAsync(string cluster, ClusterState state, TimeSpan limit)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            if (running.IsFaulted)
                await running;
            var seen = Subject.Observe(cluster);
            if (seen?.State == state)
                return seen;
            if (since.Elapsed > limit || (seen?.State == ClusterState.Failed && state != ClusterState.Failed))
                throw new TimeoutException($"{cluster} is {seen?.State}, not {state}: {seen?.Reason}\n{await LogsAsync(seen)}");
            await Task.Delay(20);
        }
    }

    public async Task UntilGoneAsync(string cluster, TimeSpan limit)
    {
        var since = Stopwatch.StartNew();
        while (Subject.Observe(cluster) is { } seen)
        {
            since.Elapsed.ShouldBeLessThan(limit, $"{cluster} is {seen.State}: {seen.Reason}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        store.Dispose();
        stop.Dispose();
    }

    private async Task<string> LogsAsync(ClusterObservation? seen)
    {
        var text = new System.Text.StringBuilder();
        foreach (var task in seen?.Tasks ?? [])
        {
            text.AppendLine($"--- {task.Name} {task.State} {task.Message} on {task.AgentUrl}");
            if (task.AgentUrl is not { } url)
                continue;
            using var agent = new AgentClient(new Uri(url));
            foreach (var stream in new[] { "stdout", "stderr" })
            {
                try
                {
                    var part = await agent.ReadFileAsync($"{AgentClient.SandboxPath(Subject.FrameworkId!, task.TaskId)}/{stream}", -3000, 3000, CancellationToken.None);
                    text.AppendLine(System.Text.Encoding.UTF8.GetString(part.Data));
                }
                catch (Exception unreadable)
                {
                    text.AppendLine($"{stream}: {unreadable.Message}");
                }
            }
        }
        return text.ToString();
    }
}

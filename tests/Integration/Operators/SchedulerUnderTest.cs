using System.Diagnostics;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>A real scheduler of one cluster against a real pool.</summary>
public sealed class SchedulerUnderTest : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly string name;
    private readonly Task running;
    private WantedCluster? wanted;

    public SchedulerUnderTest(RealPool pool, ServicePackage package, string name, IArtifactSource artifacts)
    {
        this.name = name;
        LakePath = Path.Combine(pool.Folder, "lake");
        Directory.CreateDirectory(LakePath);
        Package = package;
        Subject = new ClusterScheduler(
            package, $"id-of-{name}", name, new SchedulerSettings(new SchedulerClientSettings(pool.Master), LakePath, SchedulerSettings.UsualUser), artifacts,
            new FileDocuments(Path.Combine(pool.Folder, $"documents-{name}.json")));
        running = Subject.RunAsync(stop.Token);
    }

    public ClusterScheduler Subject { get; }

    public ServicePackage Package { get; }

    public string LakePath { get; }

    public void Want(string options = "{}")
    {
        var merged = (JsonObject)Package.Description.Defaults.DeepClone();
        foreach (var (option, value) in (JsonObject)JsonNode.Parse(options)!)
            merged[option] = value?.DeepClone();
        wanted = new WantedCluster($"id-of-{name}", name, "test", merged, DateTimeOffset.UtcNow);
        Subject.Post(new SchedulerCommand.Want(wanted));
    }

    /// <summary>What was wanted is wanted otherwise.</summary>
    public void Change(Func<WantedCluster, WantedCluster> change) => Subject.Post(new SchedulerCommand.Want(wanted = change(wanted!)));

    public void Remove() => Subject.Post(new SchedulerCommand.Remove());

    /// <summary>What its agents say that it does.</summary>
    public async Task<ActivityView> UntilActivityAsync(Func<ActivityView, bool> wanted, TimeSpan limit) =>
        (await UntilAsync(seen => seen?.Activity is { } activity && wanted(activity), _ => false, seen => $"does {seen?.Activity}", limit)).Activity!;

    public Task<ClusterObservation> UntilAsync(Func<ClusterObservation, bool> holds, TimeSpan limit) =>
        UntilAsync(seen => seen is not null && holds(seen), _ => false, seen => $"is {seen?.State}: {seen?.Reason}", limit);

    public Task<ClusterObservation> UntilAsync(ClusterState state, TimeSpan limit) => UntilAsync(
        seen => seen?.State == state, seen => seen?.State == ClusterState.Failed && state != ClusterState.Failed, seen => $"is {seen?.State}, not {state}: {seen?.Reason}", limit);

    private async Task<ClusterObservation> UntilAsync(
        Func<ClusterObservation?, bool> holds, Func<ClusterObservation?, bool> isHopeless, Func<ClusterObservation?, string> problem, TimeSpan limit)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            if (running.IsFaulted)
                await running;
            var seen = Subject.Observation;
            if (holds(seen))
                return seen!;
            if (since.Elapsed > limit || isHopeless(seen))
                throw new TimeoutException($"{name} {problem(seen)}\n{await LogsAsync(seen)}");
            await Task.Delay(20);
        }
    }

    public async Task UntilGoneAsync(TimeSpan limit)
    {
        var since = Stopwatch.StartNew();
        while (Subject.Observation is { } seen)
        {
            since.Elapsed.ShouldBeLessThan(limit, $"{name} is {seen.State}: {seen.Reason}");
            await Task.Delay(20);
        }
        await running;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
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

using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>The first launch, end to end: a platform on this machine, its main job, and everything away again.</summary>
public sealed class QuickstartRun
{
    private static readonly TimeSpan DeleteLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);
    private readonly QuickstartSettings settings;
    private readonly Surroundings surroundings;
    private readonly StepReport report;
    private readonly Leftovers leftovers;
    private readonly CliConfiguration configuration;

    public QuickstartRun(QuickstartSettings settings, Surroundings surroundings)
    {
        this.settings = settings;
        this.surroundings = surroundings with { Output = new LastingWriter(surroundings.Output), Error = new LastingWriter(surroundings.Error) };
        report = new StepReport(this.surroundings.Output);
        leftovers = new Leftovers(settings.Run, settings.CgroupRoot);
        configuration = new CliConfiguration(settings.CliConfig, ControlPlaneAddress.DefaultFile(surroundings.Environment));
    }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var signals = new EndingSignals();
        Directory.CreateDirectory(settings.Directory);
        using var single = Lock();
        await ClearAsync();
        await using var platform = new Platform(settings, report);
        ControlPlaneClient? client = null;
        int outcome;
        try
        {
            client = await platform.StartAsync(cancellation);
            var found = configuration.Claim();
            await platform.WhileAllRunAsync(async stop =>
            {
                await new MainJob(client, settings.Lake, report, surroundings.Output, surroundings.Time).RunAsync(stop);
                return true;
            }, cancellation);
            await report.SummaryAsync();
            await ShowWayInAsync(client, found, cancellation);
            if (!settings.Exit) await UntilInterruptedAsync(platform, cancellation);
            outcome = ExitCode.Done;
        }
        catch (Exception error)
        {
            outcome = await Failures.ToExitCodeAsync(() => Task.FromException<int>(error), new ErrorOutput(surroundings.Error, json: false), cancellation);
        }
        var complaints = await EndAsync(platform, client, signals.Hurry);
        client?.Dispose();
        foreach (var complaint in complaints) await surroundings.Error.WriteLineAsync($"dp: {complaint}");
        if (outcome == ExitCode.Done && complaints.Count > 0) return ExitCode.Failed;
        if (complaints.Count == 0) await report.PlainAsync($"\nStopped: no process, cgroup or mount is left. The lake stays in {settings.Lake}");
        return outcome;
    }

    private async Task ShowWayInAsync(ControlPlaneClient client, bool found, CancellationToken cancellation)
    {
        if (settings.Exit) return;
        var link = await client.LoginLinkAsync(null, cancellation);
        await report.PlainAsync($"\nConsole: {link}\n  The link opens it once; './dp login' makes another.");
        await report.PlainAsync(found
            ? $"  In another terminal: ./dp clusters, ./dp cluster {MainJob.Cluster}, ./dp lake ls, ./dp notebook {MainJob.Cluster}"
            : $"  In another terminal: DP_CONFIG={settings.CliConfig} ./dp clusters");
        await report.PlainAsync($"  The cluster, its notebook and the lake stay until Ctrl-C.");
    }

    /// <summary>Ctrl-C is how people end what they have seen: no failure.</summary>
    private static async Task UntilInterruptedAsync(Platform platform, CancellationToken cancellation)
    {
        try
        {
            await platform.WhileAllRunAsync(async stop =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, stop);
                return true;
            }, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Wanted.
        }
    }

    private async Task<IReadOnlyList<string>> EndAsync(Platform platform, ControlPlaneClient? client, CancellationToken hurry)
    {
        var complaints = new List<string>();
        await report.PlainAsync("");
        // Whatever goes wrong with one step, the next ones are done.
        if (client is not null) await AttemptAsync("delete the clusters", () => DeleteAllAsync(client, hurry), complaints);
        configuration.Release();
        await AttemptAsync("stop control plane, agents and master", () => platform.StopAsync(hurry), complaints);
        for (var watch = Stopwatch.StartNew(); leftovers.Processes().Count > 0 && watch.Elapsed < EndLimit && !hurry.IsCancellationRequested;) await Task.Delay(50, CancellationToken.None);
        if (!hurry.IsCancellationRequested)
            foreach (var (id, command) in leftovers.Processes()) complaints.Add($"process {id} was left and is ended now: {command}");
        await leftovers.EndProcessesAsync(hurry.IsCancellationRequested ? TimeSpan.FromSeconds(1) : EndLimit);
        complaints.AddRange(leftovers.Processes().Select(process => $"process {process.Id} can't be ended: {process.Command}"));
        complaints.AddRange(leftovers.RemoveCgroups().Select(group => $"the cgroup {group} is left"));
        complaints.AddRange(leftovers.RemoveMounts().Select(mount => $"the mount {mount} is left"));
        return complaints;
    }

    private async Task AttemptAsync(string name, Func<Task<IReadOnlyList<string>>> step, List<string> complaints)
    {
        try
        {
            complaints.AddRange(await report.RunAsync(name, step));
        }
        catch (Exception error)
        {
            complaints.Add($"could not {name}: {error.Message}");
        }
    }

    private async Task<IReadOnlyList<string>> DeleteAllAsync(ControlPlaneClient client, CancellationToken hurry)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        limit.CancelAfter(DeleteLimit);
        try
        {
            var clusters = await client.ClustersAsync(limit.Token);
            foreach (var cluster in clusters) await client.DeleteAsync(cluster.Name, evenIfNeeded: true, limit.Token);
            await Task.WhenAll(clusters.Select(cluster =>
                new ClusterWatch(client, surroundings.Time).UntilAsync(cluster.Name, static _ => false, DeleteLimit, new PlainTimeline(TextWriter.Null, surroundings.Time), limit.Token)));
            return [];
        }
        catch (RefusedException refusal) when (refusal.Problem.Status == 404)
        {
            // The last one was gone before it could be watched.
            return [];
        }
        catch (OperationCanceledException) when (hurry.IsCancellationRequested)
        {
            return [];
        }
        catch (Exception error) when (error is RefusedException or UnreachableException or TimeoutException or OperationCanceledException)
        {
            return [$"the clusters could not be deleted in order: {error.Message}"];
        }
    }

    /// <summary>Ends and removes what a run before left that was killed.</summary>
    private async Task ClearAsync()
    {
        configuration.Release();
        if (await leftovers.EndProcessesAsync(EndLimit) is > 0 and var count) await report.LineAsync($"ended {count} process(es) that an earlier run had left");
        if (leftovers.Processes() is [var stubborn, ..])
            throw new QuickstartException($"Process {stubborn.Id} of an earlier run in {settings.Directory} can't be ended: {stubborn.Command}");
        leftovers.RemoveCgroups();
        // What is mounted there is not the run's to delete.
        if (leftovers.RemoveMounts() is [var mount, ..]) throw new QuickstartException($"{mount} is mounted, left by an earlier run, and can't be unmounted");
        if (Directory.Exists(settings.Run)) Directory.Delete(settings.Run, true);
        Directory.CreateDirectory(settings.Run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private FileStream Lock()
    {
        try
        {
            return new FileStream(Path.Combine(settings.Directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new QuickstartException($"Another quickstart runs in {settings.Directory}; end it with Ctrl-C, or choose another --work-dir");
        }
    }
}

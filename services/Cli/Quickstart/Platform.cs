using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Programs;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>Master, agents and control plane of one machine, as processes.</summary>
public sealed class Platform(QuickstartSettings settings, StepReport report) : IAsyncDisposable
{
    public const int Agents = 3;
    private const int UsualPort = 8080;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private readonly List<PlatformProcess> started = [];

    /// <summary>Starts every part and waits until the pool has all hosts.</summary>
    public async Task<ControlPlaneClient> StartAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var credentials = GeneratedCredentials.Write(settings.Secrets, Agents);
        foreach (var directory in (string[])[settings.Store, settings.Cache, settings.Lake]) Directory.CreateDirectory(directory);
        var shares = MachineShare.Divide(Agents, Environment.ProcessorCount, Machine.FreeMemoryMebibytes(), Machine.FreeDiskMebibytes(settings.Directory), Machine.ListeningPorts());

        var master = await report.RunAsync("start the master", () => StartPartAsync("master", SiblingProgram.Master, cancellation,
            "--ip", "127.0.0.1", "--port", "0", "--credentials", credentials.All, "--acls", credentials.Rules), url => $"it serves {url}");
        var console = await report.RunAsync($"start {Agents} agents and the control plane", async () =>
        {
            var agents = shares.Select((share, index) => StartPartAsync($"agent-{index + 1}", SiblingProgram.Agent, cancellation, [
                "--master", master, "--ip", Address(index), "--port", "0", "--resources", share, "--attributes", $"rack:r{index + 1}",
                "--credential", credentials.Agent(index + 1), "--http-credentials", credentials.AgentCallers, "--acls", credentials.Rules, "--fetcher-cache-dir", settings.Cache, "--task-folders", settings.Lake,
                "--cgroups-root", settings.CgroupRoot, "--stop-tasks-on-exit"]));
            var controlPlane = StartPartAsync("control-plane", SiblingProgram.ControlPlane, cancellation, [
                "--master", master, "--ip", "127.0.0.1", "--port", $"{ConsolePort()}", "--credential", credentials.ControlPlane, "--lake", settings.Lake,
                "--store", settings.Store, "--cli-config", settings.CliConfig, "--login-link-lifetime", "8hrs",
                .. settings.MavenRepository is { } maven ? (string[])["--maven-repository", maven] : [],
                .. settings.Wheels is { } wheels ? (string[])["--wheels", wheels] : []]);
            await Task.WhenAll([.. agents, controlPlane]);
            return await controlPlane;
        }, url => $"the console is {url}");
        var client = new ControlPlaneClient(ControlPlaneAddress.Read(settings.CliConfig));
        await report.RunAsync("wait for the hosts to join the pool", () => WhileAllRunAsync(stop => HostsAsync(client, stop), cancellation), hosts => $"{hosts} hosts");
        return client;
    }

    /// <summary>Runs <paramref name="work"/>, and ends it with the reason as soon as one of the processes ends.</summary>
    public async Task<T> WhileAllRunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = work(stop.Token);
        var ends = started.Select(async part =>
        {
            await part.ExitAsync(stop.Token);
            return part;
        }).ToList();
        var first = await Task.WhenAny([running, .. ends]);
        await stop.CancelAsync();
        if (first is not Task<PlatformProcess> { IsCompletedSuccessfully: true } ended) return await running;
        await running.ContinueWith(static _ => { }, TaskScheduler.Default);
        throw new QuickstartException((await ended).Ended());
    }

    /// <summary>Stops the parts in reverse order. Returns what did not go well.</summary>
    /// <param name="hurry">Ends them at once, when those who wait no longer want to.</param>
    public async Task<IReadOnlyList<string>> StopAsync(CancellationToken hurry)
    {
        var complaints = new List<string?>();
        foreach (var group in (string[])["control-plane", "agent-", "master"])
            complaints.AddRange(await Task.WhenAll(started.Where(part => part.Name.StartsWith(group, StringComparison.Ordinal)).Select(part => part.StopAsync(StopLimit, hurry))));
        foreach (var part in started) part.Dispose();
        started.Clear();
        return [.. complaints.OfType<string>()];
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private async Task<string> StartPartAsync(string name, SiblingProgram program, CancellationToken cancellation, params string[] arguments)
    {
        var directory = settings.PartDirectory(name);
        var part = PlatformProcess.Start(name, program, directory, settings.Run, ["--work-dir", directory, .. arguments]);
        lock (started) started.Add(part);
        return await part.EndpointAsync(StartLimit, cancellation);
    }

    private int ConsolePort()
    {
        if (settings.Port is not { } port) return Machine.IsFree(UsualPort) ? UsualPort : 0;
        return port == 0 || Machine.IsFree(port) ? port : throw new QuickstartException($"Port {port} is taken; --port names another, and without it one that is free is taken");
    }

    private static async Task<int> HostsAsync(ControlPlaneClient client, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            while (true)
            {
                try
                {
                    var hosts = (await client.PoolAsync(either.Token)).Hosts.Count(host => host.Active);
                    if (hosts == Agents) return hosts;
                }
                catch (RefusedException refusal) when (refusal.Problem.Status >= 500)
                {
                    // The control plane has not spoken to the master yet.
                }
                await Task.Delay(50, either.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"The {Agents} agents did not join the pool within {StartLimit.TotalSeconds:0} s; their logs say why");
        }
    }

    /// <summary>Every agent has an address of its own, as hosts have: the whole of 127.0.0.0/8 is this machine.</summary>
    private static string Address(int index) => $"127.0.0.{index + 2}";
}

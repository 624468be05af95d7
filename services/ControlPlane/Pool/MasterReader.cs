using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.ControlPlane.Settings;

namespace DataPlatform.Services.ControlPlane.Pool;

/// <summary>The pool as seen from the control plane: hosts and frameworks, or why they can't be shown.</summary>
public abstract record PoolReading
{
    private PoolReading() { }

    public sealed record Seen(PoolView Pool) : PoolReading;

    public sealed record Unreachable(string Reason) : PoolReading;
}

/// <summary>Asks the master's operator API what the pool holds.</summary>
/// <param name="handler">Instead of sockets.</param>
public sealed class MasterReader(ControlPlaneSettings settings, MesosCredential? credential, HttpMessageHandler? handler = null) : IDisposable
{
    private readonly MasterOperatorClient? client = settings.Master is null ? null : new MasterOperatorClient([settings.Master, .. settings.OtherMasters], credential, handler);

    public Task<PoolReading> ReadAsync(CancellationToken cancellation) => ReadAsync(
        async limit => TaskCounts.Of(await client!.GetTasksAsync(limit)).ByAgent(), cancellation);

    /// <param name="running">How many tasks run on each agent, as is known without asking.</param>
    public Task<PoolReading> ReadAsync(Func<IReadOnlyDictionary<string, int>> running, CancellationToken cancellation) => ReadAsync(
        _ => Task.FromResult(running()), cancellation);

    /// <summary>Without what runs on them; none when the master can't be asked, and why.</summary>
    public Task<(IReadOnlyList<HostView> Hosts, string? Away)> HostsAsync(CancellationToken cancellation) => MasterPatience.AskAsync<(IReadOnlyList<HostView>, string?)>(
        settings, async limit => (PoolViews.Hosts(await client!.GetAgentsAsync(limit), new Dictionary<string, int>(0)), null), static reason => ([], reason), cancellation);

    /// <summary>What the leading master counts; not to be called when there is no master. Without a bound of time, and the caller disposes the answer.</summary>
    public Task<HttpResponseMessage> MetricsTextAsync(CancellationToken cancellation) => client!.GetMetricsTextAsync(cancellation);

    /// <summary>The whole state, then what happens. Ends with the connection; nothing when there is no master.</summary>
    public IAsyncEnumerable<OperatorEvent> FollowAsync(CancellationToken cancellation) =>
        client?.SubscribeAsync(cancellation) ?? AsyncEnumerable.Empty<OperatorEvent>();

    private Task<PoolReading> ReadAsync(Func<CancellationToken, Task<IReadOnlyDictionary<string, int>>> running, CancellationToken cancellation) =>
        MasterPatience.AskAsync<PoolReading>(settings, async limit =>
        {
            var agents = await client!.GetAgentsAsync(limit);
            var frameworks = await client.GetFrameworksAsync(limit);
            return new PoolReading.Seen(PoolViews.From(client.Address, agents, frameworks, await running(limit)));
        }, reason => new PoolReading.Unreachable(reason), cancellation);

    /// <summary>What the master has of this platform's clusters; null when it can't be asked.</summary>
    public Task<ClusterTraces?> TracesAsync(CancellationToken cancellation) => MasterPatience.AskAsync<ClusterTraces?>(
        settings, async limit => ClusterTraces.From(await client!.GetFrameworksAsync(limit), await client.GetAgentsAsync(limit), credential?.Principal), static _ => null, cancellation);

    /// <returns>Why it was not done; null when it was.</returns>
    public Task<string?> TeardownAsync(FrameworkID framework, CancellationToken cancellation) => TellAsync(limit => client!.TeardownAsync(framework, limit), cancellation);

    /// <returns>Why it was not done; null when it was.</returns>
    public Task<string?> UnreserveAsync(AgentID agent, IEnumerable<Resource> resources, CancellationToken cancellation) => TellAsync(limit => client!.UnreserveAsync(agent, resources, limit), cancellation);

    /// <returns>Why it was not done; null when it was.</returns>
    public Task<string?> DestroyVolumesAsync(AgentID agent, IEnumerable<Resource> volumes, CancellationToken cancellation) => TellAsync(limit => client!.DestroyVolumesAsync(agent, volumes, limit), cancellation);

    private Task<string?> TellAsync(Func<CancellationToken, Task> tell, CancellationToken cancellation) => MasterPatience.AskAsync<string?>(settings, async limit =>
    {
        await tell(limit);
        return null;
    }, static reason => reason, cancellation);

    public void Dispose() => client?.Dispose();
}

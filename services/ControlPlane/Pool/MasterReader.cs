using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
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
public sealed class MasterReader(ControlPlaneSettings settings, MesosCredential? credential) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly MasterOperatorClient? client = settings.Master is null ? null : new MasterOperatorClient([settings.Master, .. settings.OtherMasters], credential);

    public async Task<PoolReading> Read(CancellationToken cancellation)
    {
        if (client is null) return new PoolReading.Unreachable("no master is configured; give --master URL");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var agents = await client.GetAgentsAsync(limit.Token);
            var frameworks = await client.GetFrameworksAsync(limit.Token);
            var tasks = await client.GetTasksAsync(limit.Token);
            return new PoolReading.Seen(PoolViews.From(client.Address, agents, frameworks, tasks));
        }
        catch (Exception error) when (error is HttpRequestException or MessageFormatException or MesosCallException or IOException)
        {
            return new PoolReading.Unreachable($"the master at {settings.Master} can't be asked: {error.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new PoolReading.Unreachable($"the master at {settings.Master} did not answer within {Patience.TotalSeconds:0} s");
        }
    }

    public void Dispose() => client?.Dispose();
}

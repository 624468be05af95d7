using System.Net;
using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Services.ControlPlane.Settings;

namespace DataPlatform.Services.ControlPlane.Pool;

/// <summary>Why a framework waits, as the master says, or why it does not say.</summary>
public abstract record PendingReading
{
    private PendingReading() { }

    public sealed record Told(PendingResponse Answer) : PendingReading;

    /// <summary>The question makes no sense to the master, or there is no such framework.</summary>
    public sealed record Refused(HttpStatusCode Status, string Reason) : PendingReading;

    public sealed record Unreachable(string Reason) : PendingReading;
}

/// <summary>Asks the master why a framework waits.</summary>
public sealed class PendingReader(ControlPlaneSettings settings, MesosCredential? credential) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly PendingClient? client = settings.Master is null ? null : new PendingClient([settings.Master, .. settings.OtherMasters], credential);

    public async Task<PendingReading> ReadAsync(PendingCall call, CancellationToken cancellation)
    {
        if (client is null) return new PendingReading.Unreachable("no master is configured; give --master URL");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return new PendingReading.Told(await client.AskAsync(call, limit.Token));
        }
        catch (MesosCallException refusal) when (refusal.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
        {
            return new PendingReading.Refused(refusal.Status, refusal.Message);
        }
        catch (Exception error) when (error is HttpRequestException or MessageFormatException or MesosCallException or IOException)
        {
            return new PendingReading.Unreachable($"the master at {settings.Master} can't be asked: {error.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new PendingReading.Unreachable($"the master at {settings.Master} did not answer within {Patience.TotalSeconds:0} s");
        }
    }

    public void Dispose() => client?.Dispose();
}

using System.Net;
using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.Http;
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
    private readonly PendingClient? client = settings.Master is null ? null : new PendingClient([settings.Master, .. settings.OtherMasters], credential);

    public Task<PendingReading> ReadAsync(PendingCall call, CancellationToken cancellation) => MasterPatience.AskAsync<PendingReading>(settings, async limit =>
    {
        try
        {
            return new PendingReading.Told(await client!.AskAsync(call, limit));
        }
        catch (MesosCallException refusal) when (refusal.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
        {
            return new PendingReading.Refused(refusal.Status, refusal.Message);
        }
    }, reason => new PendingReading.Unreachable(reason), cancellation);

    public void Dispose() => client?.Dispose();
}

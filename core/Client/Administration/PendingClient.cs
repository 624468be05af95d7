using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Extensions;

namespace DataPlatform.Core.Client.Administration;

/// <summary>Asks a master why a framework waits for offers.</summary>
/// <param name="masters">Any of those that share a journal; they send on to the one that leads.</param>
public sealed class PendingClient(IReadOnlyList<Uri> masters, MesosCredential? credential = null, HttpMessageHandler? handler = null) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly MesosEndpoint endpoint = new(masters, "/api/v1/pending", credential, MessageCodec.Protobuf, handler);

    /// <exception cref="MesosCallException">The master refuses the question, or knows no such framework.</exception>
    public Task<PendingResponse> AskAsync(PendingCall call, CancellationToken cancellationToken) =>
        endpoint.AskAsync<PendingResponse>(call, Timeout, cancellationToken);

    public void Dispose() => endpoint.Dispose();
}

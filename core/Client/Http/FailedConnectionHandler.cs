using System.Net.Sockets;

namespace DataPlatform.Core.Client.Http;

/// <summary>
/// Makes a connection that ends in the moment it is made a failed request like any other: <see cref="SocketsHttpHandler"/> asks such a
/// one for its other end, and lets what the kernel then says through as it is.
/// </summary>
/// <param name="sockets">Disposed with this.</param>
public sealed class FailedConnectionHandler(SocketsHttpHandler sockets) : DelegatingHandler(sockets)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (SocketException ended)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, ended.Message, ended);
        }
    }
}

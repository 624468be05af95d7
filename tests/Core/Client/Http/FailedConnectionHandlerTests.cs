using System.Net;
using System.Net.Sockets;
using DataPlatform.Core.Client.Http;

namespace DataPlatform.Core.Tests.Client.Http;

public sealed class FailedConnectionHandlerTests
{
    [Fact]
    public async Task A_connection_that_ends_as_soon_as_it_is_made_is_a_failed_request()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new HttpClient(new FailedConnectionHandler(new SocketsHttpHandler { UseProxy = false, ConnectCallback = (context, stop) => EndedAsync(listener, context.DnsEndPoint, stop) }));

        var failure = await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync(
            new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"), TestContext.Current.CancellationToken));

        failure.InnerException.ShouldBeOfType<SocketException>();
    }

    private static async ValueTask<Stream> EndedAsync(TcpListener listener, DnsEndPoint target, CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target.Host, target.Port, stop);
        using (var server = await listener.AcceptSocketAsync(stop))
            server.LingerState = new LingerOption(enable: true, seconds: 0);
        var stream = new NetworkStream(socket, ownsSocket: true);
        socket.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead).ShouldBeTrue();
        return stream;
    }
}

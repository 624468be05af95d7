using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Tests.Hosting.Serving;

namespace DataPlatform.Services.Tests.Hosting.Security;

public class LocalPeerTests
{
    [Theory]
    [InlineData("127.0.0.1", AddressFamily.InterNetwork)]
    [InlineData("127.0.0.1", AddressFamily.InterNetworkV6)]
    [InlineData("::1", AddressFamily.InterNetworkV6)]
    public async Task Knows_who_holds_the_other_end_while_it_is_open(string address, AddressFamily family)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        var client = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        if (family == AddressFamily.InterNetworkV6)
            client.DualMode = true;
        await client.ConnectAsync(IPAddress.Parse(address), ((IPEndPoint)listener.LocalEndpoint).Port);
        using var server = await listener.AcceptSocketAsync();
        var (peer, own) = ((IPEndPoint)server.RemoteEndPoint!, (IPEndPoint)server.LocalEndPoint!);

        LocalPeer.IsOwn(peer, own).ShouldBeTrue();
        SocketDiagnosis.UserOf(peer, own, out _).ShouldBe(SocketTable.UserOf(peer, own));
        SocketDiagnosis.UserOf(peer, own, out _).ShouldNotBeNull();
        LocalPeer.UserOf(new IPEndPoint(peer.Address, peer.Port == 1 ? 2 : 1), own).ShouldBeNull();
        client.Dispose();
        LocalPeer.UserOf(peer, own).ShouldBeNull();
        // Or else the whole table is read, for each of the thousands that left while they waited.
        SocketDiagnosis.UserOf(peer, own, out var isCertain).ShouldBeNull();
        isCertain.ShouldBeTrue();
    }

    [Theory]
    [InlineData("dp-master")]
    [InlineData("dp-agent")]
    public async Task Without_credentials_another_user_of_the_machine_is_refused(string program)
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can call as another user");
        await using var service = await BoundedProcess.StartAsync(program, open: true);

        (await service.CallAsync("Basic eDp5")).ShouldBe(200);
        (await CallAsNobodyAsync(service.Endpoint.Port)).ShouldStartWith("HTTP/1.1 403");
    }

    /// <summary>The first line of the answer.</summary>
    private static async Task<string> CallAsNobodyAsync(int port)
    {
        const string script = """
            exec 3<>/dev/tcp/127.0.0.1/$0
            printf 'POST /api/v1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{"type":"GET_VERSION"}' >&3
            read -r line <&3
            echo "$line"
            """;
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/setpriv", [
            "--reuid=65534", "--regid=65534", "--clear-groups", "/bin/bash", "-c", script, $"{port}"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        })!;
        var line = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return line;
    }
}

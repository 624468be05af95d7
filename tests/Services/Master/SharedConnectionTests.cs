using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataPlatform.Services.Tests.Master;

/// <summary>The second port of a master, over which many streams share a connection.</summary>
public sealed class SharedConnectionTests
{
    private const int Agents = 50;

    [Fact]
    public async Task Many_agents_share_one_connection_while_the_usual_port_speaks_as_before()
    {
        var port = FreePort();
        await using var master = await MasterProcess.StartAsync("--http2-port", port.ToString());
        var connections = 0;
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        var registered = await Task.WhenAll(Enumerable.Range(1, Agents).Select(number => RegisterAsync(http, $"127.0.0.{number}")));

        registered.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK && answer.Version == HttpVersion.Version20);
        connections.ShouldBe(1);
        using var usual = new HttpClient { BaseAddress = master.Endpoint };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics/snapshot") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        using var metrics = await usual.SendAsync(request);
        metrics.Version.ShouldBe(HttpVersion.Version11);
        (await metrics.Content.ReadAsStringAsync()).ShouldContain($"\"master/slaves_connected\":{Agents}");
        foreach (var answer in registered)
            answer.Dispose();
    }

    [Fact]
    public async Task The_port_for_shared_connections_answers_nobody_without_a_right()
    {
        var port = FreePort();
        var directory = Directory.CreateTempSubdirectory("dp-master-test-");
        var credentials = Path.Combine(directory.FullName, "credentials.json");
        await File.WriteAllTextAsync(credentials, """{"credentials":[{"principal":"alice","secret":"a-secret"}]}""");
        File.SetUnixFileMode(credentials, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var rules = Path.Combine(directory.FullName, "acls.json");
        await File.WriteAllTextAsync(rules, """{"register_agents":[{"principals":{"values":["alice"]},"agents":{"type":"ANY"}}]}""");
        await using var master = await MasterProcess.StartAsync("--http2-port", port.ToString(), "--credentials", credentials, "--acls", rules);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        using var answer = await RegisterAsync(http, "127.0.0.1");

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        directory.Delete(recursive: true);
    }

    private static async Task<HttpResponseMessage> RegisterAsync(HttpClient http, string hostname)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/agent-link")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent($$$"""
                {"type":"REGISTER","register":{"agent_info":{"hostname":"{{{hostname}}}","port":5051,
                 "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":1}}]},"version":"1.0.0"}}
                """, Encoding.UTF8, "application/json"),
        };
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

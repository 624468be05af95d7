using System.Net;
using System.Net.Sockets;
using DataPlatform.Core.Client.Http;
using DataPlatform.Services.Agent.Networks;

namespace DataPlatform.Services.Agent.Checking;

/// <summary>Ways to what this host's tasks listen on.</summary>
/// <param name="own">This host's address, by which others reach its tasks.</param>
internal sealed class TaskConnections(IPAddress own) : IDisposable
{
    private static readonly HttpRequestOptionsKey<CheckedTask> Asked = new("task");

    // As Mesos: the certificate of a task on this very host is its own affair, and a redirect is an answer.
#pragma warning disable CA5359 // Only this host is asked.
    private readonly HttpClient http = new(new FailedConnectionHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = (connection, bound) => ConnectAsync(connection, own, bound),
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
    }))
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
#pragma warning restore CA5359

    /// <param name="host">With the scheme and the port.</param>
    /// <param name="path">With or without a slash before it.</param>
    public static HttpRequestMessage Get(string host, string path) => new(HttpMethod.Get, new Uri(path.StartsWith('/') || path.Length == 0 ? host + path : $"{host}/{path}"));

    /// <summary>The answer as far as its headers.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CheckedTask task, CancellationToken bound)
    {
        request.Options.Set(Asked, task);
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, bound);
    }

    public Task<Socket> ConnectAsync(CheckedTask task, IPAddress loopback, int port, CancellationToken bound) => ConnectAsync(task, loopback, own, port, bound);

    public void Dispose() => http.Dispose();

    /// <summary>
    /// By loopback, as Mesos does; and where nothing listens there, by the address of this host, which is the only one that many engines are
    /// told to listen on. A network of the task's own has no such address.
    /// </summary>
    private static async Task<Socket> ConnectAsync(CheckedTask task, IPAddress loopback, IPAddress own, int port, CancellationToken bound)
    {
        try
        {
            return await ConnectToAsync(task, loopback, port, bound);
        }
        catch (SocketException refused) when (
            refused.SocketErrorCode == SocketError.ConnectionRefused && !task.Context.Network.IsOwn && own.AddressFamily == loopback.AddressFamily && !own.Equals(loopback))
        {
            return await ConnectToAsync(task, own, port, bound);
        }
    }

    private static async Task<Socket> ConnectToAsync(CheckedTask task, IPAddress address, int port, CancellationToken bound)
    {
        var socket = OpenSocket(task);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(address, port, bound);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Where the task listens, be it in a network of its own.</summary>
    private static Socket OpenSocket(CheckedTask task) =>
        task.Context.Network.IsOwn ? NetworkNamespace.OpenSocket(task.Supervisor) : new Socket(SocketType.Stream, ProtocolType.Tcp);

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext connection, IPAddress own, CancellationToken bound)
    {
        _ = connection.InitialRequestMessage.Options.TryGetValue(Asked, out var task);
        var target = connection.DnsEndPoint;
        return new NetworkStream(await ConnectAsync(task!, IPAddress.Parse(target.Host), own, target.Port, bound), ownsSocket: true);
    }
}

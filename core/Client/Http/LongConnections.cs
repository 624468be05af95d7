using System.Net.Sockets;

namespace DataPlatform.Core.Client.Http;

/// <summary>
/// Connections over which nothing may pass for long: that the other end is gone without a word, as a host that lost its power, is noticed by the
/// kernel's own questions within <see cref="Noticed"/>, which no heartbeat of the protocol would be as quick to show.
/// </summary>
public static class LongConnections
{
    private const int QuietSeconds = 5;
    private const int AgainSeconds = 2;
    private const int Questions = 3;

    // TCP_USER_TIMEOUT, in milliseconds: the kernel does not ask while something sent is not acknowledged.
    private const int Tcp = 6;
    private const int UserTimeout = 18;

    public static TimeSpan Noticed { get; } = TimeSpan.FromSeconds(QuietSeconds + (AgainSeconds * Questions));

    public static void Watch(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, QuietSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, AgainSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Questions);
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(Tcp, UserTimeout, BitConverter.GetBytes((int)Noticed.TotalMilliseconds));
    }

    /// <param name="open">Makes the sockets, where they are no ordinary ones.</param>
    public static HttpMessageHandler Handler(Func<Socket>? open = null) => new FailedConnectionHandler(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        ConnectCallback = async (context, stop) =>
        {
            var socket = open?.Invoke() ?? new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.NoDelay = true;
                Watch(socket);
                await socket.ConnectAsync(context.DnsEndPoint, stop);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    });
}

using System.Net;
using System.Net.Sockets;
using DataPlatform.Core.Client.Http;

namespace DataPlatform.Services.Agent.Link;

/// <summary>
/// Connects from the address that the agent serves on, where that can reach the master at all: the master tells others that an
/// agent is where its connection comes from.
/// </summary>
internal static class OwnAddress
{
    public static Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> ConnectFrom(IPAddress own) => async (context, stop) =>
    {
        var targets = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, stop);
        var from = targets.Any(target => CanReach(own, target)) ? own : null;
        var socket = from is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) : new Socket(from.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.NoDelay = true;
        LongConnections.Watch(socket);
        try
        {
            if (from is not null) socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync([.. targets.Where(target => from is null || CanReach(from, target))], context.DnsEndPoint.Port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    };

    /// <summary>A loopback address speaks only to loopback, and the wildcard is no address to come from.</summary>
    private static bool CanReach(IPAddress own, IPAddress target) =>
        !own.Equals(IPAddress.Any) && !own.Equals(IPAddress.IPv6Any)
        && own.AddressFamily == target.AddressFamily && IPAddress.IsLoopback(own) == IPAddress.IsLoopback(target);
}

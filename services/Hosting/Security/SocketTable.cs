using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DataPlatform.Services.Hosting.Security;

/// <summary>The kernel's table of TCP sockets as text. Reading it takes the longer the more connections there are.</summary>
internal static class SocketTable
{
    private const string Established = "01";

    /// <summary>Null when there is no such open socket on this machine.</summary>
    public static uint? UserOf(IPEndPoint local, IPEndPoint remote) =>
        Find("/proc/self/net/tcp6", Text(Mapped(local)), Text(Mapped(remote)))
        ?? (Plain(local) is { } from && Plain(remote) is { } to ? Find("/proc/self/net/tcp", Text(from), Text(to)) : null);

    private static uint? Find(string table, string local, string remote)
    {
        if (!File.Exists(table))
            return null;
        foreach (var line in File.ReadLines(table))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // Of a socket that its process has closed the table names root: only an open one has a user to believe.
            if (fields.Length > 9 && fields[1] == local && fields[2] == remote && fields[3] == Established && fields[9] != "0")
                return uint.Parse(fields[7], CultureInfo.InvariantCulture);
        }

        return null;
    }

    private static IPEndPoint Mapped(IPEndPoint endpoint) => new(endpoint.Address.MapToIPv6(), endpoint.Port);

    private static IPEndPoint? Plain(IPEndPoint endpoint) =>
        endpoint.Address.IsIPv4MappedToIPv6 ? new(endpoint.Address.MapToIPv4(), endpoint.Port)
        : endpoint.AddressFamily == AddressFamily.InterNetwork ? endpoint
        : null;

    /// <summary>As the kernel prints it: words of the machine's own byte order.</summary>
    private static string Text(IPEndPoint endpoint) =>
        string.Concat(endpoint.Address.GetAddressBytes().Chunk(4).Select(word => BitConverter.ToUInt32(word).ToString("X8", CultureInfo.InvariantCulture)))
        + ":" + endpoint.Port.ToString("X4", CultureInfo.InvariantCulture);
}

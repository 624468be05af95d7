using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DataPlatform.Services.Hosting.Sockets;

/// <summary>The TCP ports on which something in this network namespace listens.</summary>
public static class ListeningSockets
{
    private const string ListenInText = "0A";
    private const uint Listening = 1u << 10;

    /// <summary>In no order; a port may come more than once.</summary>
    public static IReadOnlyList<int> Ports() => Ask() ?? ReadTables();

    /// <summary>
    /// Asks the kernel for those alone: it keeps them in a table of their own, while the one it prints as text walks all that there may be
    /// connections. Null when it does not answer.
    /// </summary>
    internal static IReadOnlyList<int>? Ask()
    {
        using var socket = DiagnosisSocket.Open();
        var ports = new List<int>();
        return socket is not null && Ask(socket, DiagnosisSocket.InterNetwork, ports) && Ask(socket, DiagnosisSocket.InterNetworkV6, ports) ? ports : null;
    }

    internal static IReadOnlyList<int> ReadTables() => [.. Read("/proc/self/net/tcp"), .. Read("/proc/self/net/tcp6")];

    /// <summary>Lines of <c>/proc/net/tcp</c>: number, local address:port in hexadecimal, remote, state.</summary>
    internal static IEnumerable<int> Parse(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 3 && fields[3] == ListenInText &&
                int.TryParse(fields[1].AsSpan(fields[1].LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var port))
                yield return port;
        }
    }

    private static IEnumerable<int> Read(string path) => File.Exists(path) ? Parse(File.ReadLines(path)) : [];

    private static bool Ask(DiagnosisSocket socket, byte family, List<int> ports)
    {
        const ushort all = 0x300;
        if (!socket.Ask(family, all, Listening, []))
            return false;
        var room = new byte[32 * 1024];
        while (socket.Answer(room) is { IsEmpty: false } part)
        {
            if (!IsLast(part, ports, out var isWhole))
                continue;
            return isWhole;
        }

        return false;
    }

    /// <summary>Reads the messages of one part. True when nothing comes after it.</summary>
    private static bool IsLast(ReadOnlySpan<byte> part, List<int> ports, out bool isWhole)
    {
        const ushort done = 3;
        const int port = DiagnosisSocket.HeaderLength + 4;
        isWhole = false;
        while (part.Length >= DiagnosisSocket.HeaderLength)
        {
            var (length, type) = (MemoryMarshal.Read<int>(part), MemoryMarshal.Read<ushort>(part[4..]));
            isWhole = type == done;
            if (type != DiagnosisSocket.ByFamily || length < port + 2 || length > part.Length)
                return true;
            ports.Add(BinaryPrimitives.ReadUInt16BigEndian(part[port..]));
            part = part[Math.Min((length + 3) & ~3, part.Length)..];
        }

        return false;
    }
}

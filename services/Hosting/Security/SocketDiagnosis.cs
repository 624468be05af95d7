using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using DataPlatform.Services.Hosting.Sockets;

namespace DataPlatform.Services.Hosting.Security;

/// <summary>Asks the kernel for one socket, which takes the same time however many there are.</summary>
internal static class SocketDiagnosis
{
    private const byte Established = 1;

    /// <summary>A kernel that can't look for sockets says the same as one that finds none: only what it once found tells them apart.</summary>
    private static volatile bool hasAnswered;

    /// <summary>Null when there is no such open socket, or this kernel answers no such question.</summary>
    /// <param name="isCertain">False in the latter case.</param>
    public static uint? UserOf(IPEndPoint local, IPEndPoint remote, out bool isCertain)
    {
        isCertain = false;
        var (from, to) = (Shortest(local.Address), Shortest(remote.Address));
        if (from.AddressFamily != to.AddressFamily)
            return null;
        using var socket = DiagnosisSocket.Open();
        Span<byte> id = stackalloc byte[DiagnosisSocket.IdLength];
        Write(id, from, local.Port, to, remote.Port);
        var family = from.AddressFamily == AddressFamily.InterNetwork ? DiagnosisSocket.InterNetwork : DiagnosisSocket.InterNetworkV6;
        if (socket is null || !socket.Ask(family, 0, uint.MaxValue, id))
            return null;
        var answer = socket.Answer(stackalloc byte[1024]);
        if (answer.Length < DiagnosisSocket.HeaderLength)
            return null;
        var isAbout = MemoryMarshal.Read<ushort>(answer[4..]) == DiagnosisSocket.ByFamily;
        if (isAbout)
            hasAnswered = true;
        isCertain = isAbout || hasAnswered;
        return isAbout ? Read(answer) : null;
    }

    private static void Write(Span<byte> id, IPAddress from, int fromPort, IPAddress to, int toPort)
    {
        id.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(id, (ushort)fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(id[2..], (ushort)toPort);
        from.TryWriteBytes(id[4..], out _);
        to.TryWriteBytes(id[20..], out _);
        // No cookie: whichever socket has these ends.
        MemoryMarshal.Write(id[40..], ulong.MaxValue);
    }

    /// <summary>nlmsghdr, then inet_diag_msg: family, state, timer, retransmissions; the ends; expiry, two queues, user, inode.</summary>
    private static uint? Read(ReadOnlySpan<byte> answer)
    {
        const int user = DiagnosisSocket.HeaderLength + 4 + DiagnosisSocket.IdLength + 12;
        if (answer.Length < user + 8)
            return null;
        // A socket that its process has closed has no inode, and root for a user: only an open one has a user to believe.
        return answer[DiagnosisSocket.HeaderLength + 1] == Established && MemoryMarshal.Read<uint>(answer[(user + 4)..]) != 0
            ? MemoryMarshal.Read<uint>(answer[user..])
            : null;
    }

    private static IPAddress Shortest(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

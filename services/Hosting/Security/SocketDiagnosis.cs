using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Hosting.Security;

/// <summary>Asks the kernel for one socket over netlink (sock_diag), which takes the same time however many there are.</summary>
internal static partial class SocketDiagnosis
{
    private const int Netlink = 16;
    private const int RawAndCloseOnExec = 3 | 0x80000;
    private const int DiagnosisProtocol = 4;
    private const int DoNotWait = 0x40;
    private const ushort ByFamily = 20;
    private const ushort Request = 1;
    private const byte Tcp = 6;
    private const byte Established = 1;
    private const int HeaderLength = 16;
    private const int IdOffset = 4;
    private const int IdLength = 48;

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
        var descriptor = Open(Netlink, RawAndCloseOnExec, DiagnosisProtocol);
        if (descriptor < 0)
            return null;
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Span<byte> question = stackalloc byte[HeaderLength + 8 + IdLength];
        Ask(question, from, local.Port, to, remote.Port);
        Span<byte> answer = stackalloc byte[1024];
        if (Send(descriptor, question, question.Length, 0) != question.Length)
            return null;
        var length = (int)Receive(descriptor, answer, answer.Length, DoNotWait);
        if (length < HeaderLength)
            return null;
        var isAbout = MemoryMarshal.Read<ushort>(answer[4..]) == ByFamily;
        if (isAbout)
            hasAnswered = true;
        isCertain = isAbout || hasAnswered;
        return isAbout ? Read(answer[..length]) : null;
    }

    /// <summary>nlmsghdr, then inet_diag_req_v2.</summary>
    private static void Ask(Span<byte> question, IPAddress from, int fromPort, IPAddress to, int toPort)
    {
        question.Clear();
        MemoryMarshal.Write(question, (uint)question.Length);
        MemoryMarshal.Write(question[4..], ByFamily);
        MemoryMarshal.Write(question[6..], Request);
        var body = question[HeaderLength..];
        body[0] = (byte)(from.AddressFamily == AddressFamily.InterNetwork ? 2 : 10);
        body[1] = Tcp;
        MemoryMarshal.Write(body[4..], uint.MaxValue);
        var id = body[8..];
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
        const int user = HeaderLength + IdOffset + IdLength + 12;
        if (answer.Length < user + 8)
            return null;
        // A socket that its process has closed has no inode, and root for a user: only an open one has a user to believe.
        return answer[HeaderLength + 1] == Established && MemoryMarshal.Read<uint>(answer[(user + 4)..]) != 0
            ? MemoryMarshal.Read<uint>(answer[user..])
            : null;
    }

    private static IPAddress Shortest(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, ReadOnlySpan<byte> content, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int descriptor, Span<byte> content, nint length, int flags);
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Hosting.Sockets;

/// <summary>A connection to the kernel's own view of sockets (netlink, sock_diag). One question at a time.</summary>
internal sealed partial class DiagnosisSocket : IDisposable
{
    /// <summary>Of nlmsghdr: length, type, flags, sequence, sender.</summary>
    public const int HeaderLength = 16;

    /// <summary>The type of a question about sockets of one address family, and of what answers it.</summary>
    public const ushort ByFamily = 20;

    /// <summary>In inet_diag_req_v2, before the ends: family, protocol, extensions, states.</summary>
    public const int IdOffset = 8;

    public const int IdLength = 48;
    public const byte InterNetwork = 2;
    public const byte InterNetworkV6 = 10;
    private const int QuestionLength = HeaderLength + IdOffset + IdLength;
    private const int Netlink = 16;
    private const int RawAndCloseOnExec = 3 | 0x80000;
    private const int DiagnosisProtocol = 4;
    private const int DoNotWait = 0x40;
    private const byte Tcp = 6;
    private readonly SafeFileHandle handle;

    private DiagnosisSocket(SafeFileHandle handle) => this.handle = handle;

    public void Dispose() => handle.Dispose();

    /// <summary>Null when this kernel has none.</summary>
    public static DiagnosisSocket? Open() =>
        Open(Netlink, RawAndCloseOnExec, DiagnosisProtocol) is >= 0 and var descriptor ? new(new SafeFileHandle(descriptor, ownsHandle: true)) : null;

    /// <summary>Asks for TCP sockets. False when the kernel takes no such question.</summary>
    /// <param name="flags">Beyond that it is a request.</param>
    /// <param name="states">A bit for each state that is asked for.</param>
    /// <param name="id">The ends, as in inet_diag_sockid; nothing for any.</param>
    public bool Ask(byte family, ushort flags, uint states, ReadOnlySpan<byte> id)
    {
        const ushort request = 1;
        Span<byte> question = stackalloc byte[QuestionLength];
        question.Clear();
        MemoryMarshal.Write(question, (uint)question.Length);
        MemoryMarshal.Write(question[4..], ByFamily);
        MemoryMarshal.Write(question[6..], (ushort)(request | flags));
        var body = question[HeaderLength..];
        body[0] = family;
        body[1] = Tcp;
        MemoryMarshal.Write(body[4..], states);
        id.CopyTo(body[IdOffset..]);
        return Send(handle, question, question.Length, 0) == question.Length;
    }

    /// <summary>What there is of the answer, which the kernel has ready when it has taken the question; empty when there is nothing.</summary>
    public ReadOnlySpan<byte> Answer(Span<byte> room) => Receive(handle, room, room.Length, DoNotWait) is > 0 and var length ? room[..(int)length] : [];

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeFileHandle descriptor, ReadOnlySpan<byte> content, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeFileHandle descriptor, Span<byte> content, nint length, int flags);
}

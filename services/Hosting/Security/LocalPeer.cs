using System.Net;
using System.Runtime.InteropServices;

namespace DataPlatform.Services.Hosting.Security;

/// <summary>Which user of this machine holds the other end of a loopback connection, as the kernel says.</summary>
public static partial class LocalPeer
{
    /// <summary>Whether the other end belongs to whoever runs this process, or to root, who may do anything here anyway.</summary>
    public static bool IsOwn(IPEndPoint peer, IPEndPoint own) => UserOf(peer, own) is { } user && (user == 0 || user == EffectiveUser());

    /// <summary>Null when there is no such open socket on this machine.</summary>
    public static uint? UserOf(IPEndPoint peer, IPEndPoint own) =>
        SocketDiagnosis.UserOf(peer, own, out var isCertain) is { } user ? user : isCertain ? null : SocketTable.UserOf(peer, own);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}

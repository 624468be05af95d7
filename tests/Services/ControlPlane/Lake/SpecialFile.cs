using System.Diagnostics;
using System.Net.Sockets;

namespace DataPlatform.Services.Tests.ControlPlane.Lake;

/// <summary>What has a name among files and is none.</summary>
internal static class SpecialFile
{
    /// <param name="kind"><c>pipe</c>, <c>socket</c> or <c>device</c>.</param>
    /// <returns>What it needs to be there; to be disposed at the end.</returns>
    public static IDisposable Make(string kind, string path)
    {
        if (kind == "socket")
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            return socket;
        }

        var making = Process.Start(kind == "pipe" ? new ProcessStartInfo("mkfifo", [path]) : new ProcessStartInfo("mknod", [path, "c", "1", "3"]))!;
        making.WaitForExit();
        Assert.SkipUnless(making.ExitCode == 0 || kind == "pipe", "devices can't be made here");
        return making;
    }
}

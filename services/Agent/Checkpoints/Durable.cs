using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>Appending to files that must not be written anew each time.</summary>
internal static class Durable
{
    /// <summary>Appends, and returns when it is on the disk. After a failure the file is as long as it was.</summary>
    /// <param name="sync">False: what is written may be lost with the host's power, though not with this process.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Append(string path, ReadOnlySpan<byte> content, bool sync = true)
    {
        // Appended by the kernel: two threads may write to one file.
        var descriptor = Libc.open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append | OpenFlags.NoFollow | OpenFlags.CloseOnExec, (uint)AtomicFile.OwnerOnly);
        if (descriptor < 0)
            throw new IOException($"{path} could not be opened (errno {Marshal.GetLastPInvokeError()})");
        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        var before = RandomAccess.GetLength(file);
        try
        {
            RandomAccess.Write(file, content, before);
            if (sync)
                RandomAccess.FlushToDisk(file);
        }
        catch (IOException)
        {
            RandomAccess.SetLength(file, before);
            throw;
        }
    }
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Hosting.Files;

/// <summary>Brings a folder's entries to the disk: files made, renamed or removed in it survive a loss of power from then on.</summary>
public static partial class FolderSync
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    /// <exception cref="IOException">The folder can't be opened or its disk refuses.</exception>
    public static void Flush(string folder)
    {
        // The framework opens no folders.
        var descriptor = Open(folder, ReadOnly | CloseOnExec);
        if (descriptor < 0)
            throw new IOException($"{folder} can't be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Sync(descriptor) < 0)
            throw new IOException($"{folder} can't be brought to the disk: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);
}

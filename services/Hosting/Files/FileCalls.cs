using System.Runtime.InteropServices;

namespace DataPlatform.Services.Hosting.Files;

/// <summary>The C library's calls that .NET has no own way to. They return what C returns; errors are in errno.</summary>
internal static unsafe partial class FileCalls
{
    public const int CurrentFolder = -100;

    public const int ErrorNotFound = 2;
    public const int ErrorAccess = 13;
    public const int ErrorCrossDevice = 18;
    public const int ErrorNotFolder = 20;
    public const int ErrorLoop = 40;

    private const int OpenAt2 = 437;

    /// <summary>openat2 (Linux 5.6 and later).</summary>
    /// <param name="resolve">What the kernel refuses while it walks the path (RESOLVE_...).</param>
    /// <returns>A descriptor, or below 0.</returns>
    public static int OpenWithin(int folder, string path, int flags, uint mode, ulong resolve)
    {
        // What follows a NUL would be cut off by C, and another file than the one named be opened.
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            Marshal.SetLastPInvokeError(ErrorNotFound);
            return -1;
        }

        var name = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            var how = stackalloc ulong[3];
            how[0] = (ulong)(flags | OpenFlags.CloseOnExec);
            how[1] = mode;
            how[2] = resolve;
            return (int)SystemCall(OpenAt2, folder, name, (nint)how, 3 * sizeof(ulong));
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Status(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Status(SafeHandle folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    public static partial int Status(SafeHandle folder, byte* path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint one, nint two, nint three, nint four);
}

using System.Runtime.InteropServices;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>A second name for a file on the same file system.</summary>
internal static class HardLink
{
    /// <summary>False where the file systems differ or the kernel does not allow it: copy then.</summary>
    public static bool TryCreate(string existing, string name) => Link(existing, name) == 0;

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}

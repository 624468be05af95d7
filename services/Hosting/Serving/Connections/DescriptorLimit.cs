using System.Runtime.InteropServices;

namespace DataPlatform.Services.Hosting.Serving.Connections;

/// <summary>How many descriptors (files, sockets, pipes) this process may have open.</summary>
internal static partial class DescriptorLimit
{
    private const int OpenFiles = 7;

    /// <summary>When the system does not say: what it gives an ordinary process.</summary>
    private const long Usual = 1024;

    public static long Read() => Get(OpenFiles, out var limit) == 0 ? (long)Math.Min(limit.Current, int.MaxValue) : Usual;

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int Get(int resource, out Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limit
    {
        public readonly ulong Current;
        public readonly ulong Most;
    }
}

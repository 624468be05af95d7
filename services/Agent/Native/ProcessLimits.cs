namespace DataPlatform.Services.Agent.Native;

/// <summary>Bounds of this process, which those that it starts can't go beyond.</summary>
internal static unsafe class ProcessLimits
{
    private const int OpenFiles = 7;

    /// <summary>How many descriptors this process may have, and at most.</summary>
    public static (ulong Now, ulong Most) OfOpenFiles()
    {
        var limits = stackalloc ulong[2];
        return Libc.syscall(SystemCall.ProcessLimit, 0, OpenFiles, 0, (nint)limits) == 0 ? (limits[0], limits[1]) : (ulong.MaxValue, ulong.MaxValue);
    }
}

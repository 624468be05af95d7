namespace DataPlatform.Services.Agent.Native;

/// <summary>Bounds of this process, which those that it starts can't go beyond.</summary>
internal static unsafe class ProcessLimits
{
    private const int OpenFiles = 7;

    /// <summary>As many as the host lets this process have.</summary>
    /// <returns>How many those are.</returns>
    public static long RaiseOpenFiles()
    {
        var (now, most) = OfOpenFiles();
        if (now < most)
        {
            var limits = stackalloc ulong[2];
            (limits[0], limits[1]) = (most, most);
            if (Libc.syscall(SystemCall.ProcessLimit, 0, OpenFiles, (nint)limits, 0) == 0)
                now = most;
        }

        return (long)Math.Min(now, int.MaxValue);
    }

    /// <summary>How many descriptors this process may have, and at most.</summary>
    public static (ulong Now, ulong Most) OfOpenFiles()
    {
        var limits = stackalloc ulong[2];
        return Libc.syscall(SystemCall.ProcessLimit, 0, OpenFiles, 0, (nint)limits) == 0 ? (limits[0], limits[1]) : (ulong.MaxValue, ulong.MaxValue);
    }
}

using DataPlatform.Core.Protocol.Mesos;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Hosting.Serving;

/// <summary>How much a service says, as Mesos counts it: 0 is normal, 1 to 3 say every step; raised for a while only. Thread safe.</summary>
public sealed class LoggingLevel(TimeProvider time)
{
    private const uint Highest = 3;
    private readonly Lock changing = new();
    private uint raised;
    private long since;
    private TimeSpan length;

    public uint Current
    {
        get
        {
            lock (changing)
                return raised > 0 && time.GetElapsedTime(since) < length ? raised : 0;
        }
    }

    public bool Allows(LogLevel level) => level >= (Current > 0 ? LogLevel.Debug : LogLevel.Information);

    /// <summary>What SET_LOGGING_LEVEL asks for. Null when it is done, else why not.</summary>
    public string? Set(uint level, DurationInfo? duration)
    {
        if (level > Highest)
            return $"set_logging_level.level is {level}; 0 to {Highest} are allowed";
        if (duration is not { Nanoseconds: > 0 and var nanoseconds })
            return "set_logging_level.duration must be more than 0";
        lock (changing)
        {
            raised = level;
            since = time.GetTimestamp();
            length = TimeSpan.FromTicks(nanoseconds / 100);
        }

        return null;
    }
}

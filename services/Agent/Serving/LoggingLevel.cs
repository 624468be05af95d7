using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>How much the agent says, as Mesos counts it: 0 is normal, 1 to 3 say every step; raised for a while only.</summary>
internal sealed class LoggingLevel(TimeProvider time)
{
    public const uint Highest = 3;
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

    public void Raise(uint level, TimeSpan duration)
    {
        lock (changing)
        {
            raised = level;
            since = time.GetTimestamp();
            length = duration;
        }
    }
}

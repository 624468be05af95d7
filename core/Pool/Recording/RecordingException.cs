namespace DataPlatform.Core.Pool.Recording;

/// <summary>A line of a recording can't be used; the message names it and says why.</summary>
public sealed class RecordingException(long line, string reason) : Exception($"line {line}: {reason}")
{
    public long Line => line;
}

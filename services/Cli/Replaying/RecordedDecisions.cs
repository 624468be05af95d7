using System.Runtime.CompilerServices;
using DataPlatform.Core.Pool.Recording;

namespace DataPlatform.Services.Cli.Replaying;

/// <summary>A recording's file, replayed line by line.</summary>
public sealed class RecordedDecisions(string path)
{
    /// <summary>How many masters' terms it holds.</summary>
    public int Terms { get; private set; }

    public long Replayed { get; private set; }

    /// <summary>Why the recording ends where it does; null while nothing of it says so.</summary>
    public string? Ended { get; private set; }

    /// <summary>The last line, which is not whole: the master was killed, or writes on. Null when it is.</summary>
    public long? CutAt { get; private set; }

    /// <summary>Up to the first that differs from what was recorded.</summary>
    /// <exception cref="RecordingException">A line, not the last, can't be used.</exception>
    /// <exception cref="UsageException">The file can't be read.</exception>
    public async IAsyncEnumerable<ReplayedDecision> ReplayAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var file = Open();
        var length = file.Length;
        var isWhole = length > 0 && EndsWithLine(file, length);
        using var lines = new StreamReader(file);
        var reader = new RecordingReader();
        var replay = new Replay();
        var next = await lines.ReadLineAsync(cancellation);
        while (next is { } line)
        {
            next = await lines.ReadLineAsync(cancellation);
            RecordingEntry entry;
            try
            {
                entry = reader.Read(line);
            }
            catch (RecordingException) when (!isWhole && next is null)
            {
                CutAt = reader.Line;
                yield break;
            }

            Terms += entry is RecordingEntry.Began ? 1 : 0;
            Ended = (entry as RecordingEntry.Ended)?.Reason;
            if (replay.Take(reader.Line, entry) is not { } decision)
                continue;
            Replayed++;
            yield return decision;
            if (decision.Difference is not null)
                yield break;
        }
    }

    private static bool EndsWithLine(FileStream file, long length)
    {
        file.Position = length - 1;
        var last = file.ReadByte();
        file.Position = 0;
        return last == '\n';
    }

    private FileStream Open()
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} can't be read: {problem.Message}");
        }
    }
}

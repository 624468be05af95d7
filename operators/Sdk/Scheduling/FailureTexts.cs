using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>What a status says, for people: its message, and what a task that failed wrote last. Pure.</summary>
internal static class FailureTexts
{
    /// <summary>Agents tell no more; another program may stand in for one.</summary>
    private const int MostLines = 10;

    private const int MostCharacters = 1024;

    /// <summary>Null when it says nothing.</summary>
    public static string? Of(TaskReport report)
    {
        var lines = string.Join(" | ", report.LastLines.Take(MostLines).Select(line => line.Trim()));
        if (lines.Length > MostCharacters)
            lines = lines[..MostCharacters] + "...";
        var text = string.Join(": ", new[] { report.HasMessage ? report.Message : "", lines }.Where(part => part.Length > 0));
        return text.Length > 0 ? text : null;
    }
}

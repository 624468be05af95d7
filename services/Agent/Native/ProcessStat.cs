using System.Globalization;

namespace DataPlatform.Services.Agent.Native;

/// <summary>A process that can't be mistaken for a later one with the same id.</summary>
public readonly record struct ProcessIdentity(int Pid, ulong StartTicks);

/// <summary>The few fields of <c>/proc/PID/stat</c> that are needed here.</summary>
public readonly record struct ProcessStat(int Pid, char State, int Parent, int Session, ulong StartTicks)
{
    private const int FieldsUpToStart = 20;

    /// <summary>Dead but not yet collected by its parent.</summary>
    public bool IsZombie => State is 'Z' or 'X';

    /// <summary>Null when there is no such process.</summary>
    public static ProcessStat? Of(int pid)
    {
        try
        {
            return Parse(File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat"));
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static bool IsAlive(ProcessIdentity process) =>
        Of(process.Pid) is { IsZombie: false } stat && stat.StartTicks == process.StartTicks;

    /// <summary>Null when the text is not such a line. The name in parentheses may hold anything, parentheses too.</summary>
    public static ProcessStat? Parse(string line)
    {
        var open = line.IndexOf('(', StringComparison.Ordinal);
        var close = line.LastIndexOf(')');
        if (open < 1 || close < open || !int.TryParse(line.AsSpan(0, open).Trim(), CultureInfo.InvariantCulture, out var pid))
            return null;
        var fields = line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length < FieldsUpToStart ||
            !int.TryParse(fields[1], CultureInfo.InvariantCulture, out var parent) ||
            !int.TryParse(fields[3], CultureInfo.InvariantCulture, out var session) ||
            !ulong.TryParse(fields[19], CultureInfo.InvariantCulture, out var start))
            return null;
        return new ProcessStat(pid, fields[0][0], parent, session, start);
    }
}

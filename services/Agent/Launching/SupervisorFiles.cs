using System.Globalization;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>What a supervisor leaves in its run's folder.</summary>
internal static class SupervisorFiles
{
    private const string ExitPrefix = "exit-";

    /// <summary>True also when what the supervisor said can't be read any more.</summary>
    public static bool IsStarted(string runDirectory) => File.Exists(Path.Combine(runDirectory, "started"));

    /// <summary>Null while the supervisor has not said so.</summary>
    public static ProcessIdentity? ReadStarted(string runDirectory)
    {
        var path = Path.Combine(runDirectory, "started");
        return File.Exists(path) && ProcessStat.Parse(File.ReadAllText(path)) is { } stat
            ? new ProcessIdentity(stat.Pid, stat.StartTicks)
            : null;
    }

    /// <summary>Null while the task runs, or when its supervisor was killed.</summary>
    public static int? ReadExitStatus(string runDirectory)
    {
        if (!Directory.Exists(runDirectory))
            return null;
        foreach (var path in Directory.EnumerateFiles(runDirectory, ExitPrefix + "*"))
        {
            if (int.TryParse(Path.GetFileName(path.AsSpan())[ExitPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
                return status;
        }

        return null;
    }
}

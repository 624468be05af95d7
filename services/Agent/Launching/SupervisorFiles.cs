using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DataPlatform.Services.Agent.Native;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>What is known of a supervisor in its run's folder.</summary>
internal static class SupervisorFiles
{
    // Of agents before this one, whose supervisors wrote into the folder themselves.
    private const string ExitPrefix = "exit-";
    private const string StatusName = "status";
    private const int StatusSize = 8;

    /// <summary>True also when what was written of it can't be read any more.</summary>
    public static bool IsStarted(string runDirectory) => File.Exists(Path.Combine(runDirectory, "started"));

    /// <summary>Null while it has not been started.</summary>
    public static ProcessIdentity? ReadStarted(string runDirectory) => ReadIdentity(Path.Combine(runDirectory, "started"));

    /// <summary>Null when there is no such file, or it can't be read any more.</summary>
    public static ProcessIdentity? ReadIdentity(string path) =>
        File.Exists(path) && ProcessStat.Parse(File.ReadAllText(path)) is { } stat ? new ProcessIdentity(stat.Pid, stat.StartTicks) : null;

    /// <summary>Before the task exists. Process id and start time: against a process id that is used again.</summary>
    public static void WriteStarted(string runDirectory, int supervisor) => WriteIdentity(Path.Combine(runDirectory, "started"), supervisor);

    public static void WriteIdentity(string path, int process) =>
        File.WriteAllText(path, File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat"));

    /// <summary>For the supervisor to write the task's exit status to; the room for it is taken now.</summary>
    public static SafeFileHandle CreateStatus(string runDirectory)
    {
        var file = File.OpenHandle(Path.Combine(runDirectory, StatusName), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(new string('\n', StatusSize)), 0);
        return file;
    }

    /// <summary>Null while the task runs, or when its supervisor was killed.</summary>
    public static int? ReadExitStatus(string runDirectory)
    {
        if (!Directory.Exists(runDirectory))
            return null;
        var file = Path.Combine(runDirectory, StatusName);
        if (File.Exists(file) && Number(FirstLine(file)) is { } said)
            return said;
        foreach (var path in Directory.EnumerateFiles(runDirectory, ExitPrefix + "*"))
        {
            if (Number(Path.GetFileName(path.AsSpan())[ExitPrefix.Length..]) is { } status)
                return status;
        }

        return null;
    }

    // The task's user can reach this file: a few bytes of it count.
    private static string FirstLine(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var start = new byte[StatusSize];
        var text = Encoding.ASCII.GetString(start, 0, RandomAccess.Read(file, start, 0));
        return text.Contains('\n', StringComparison.Ordinal) ? text[..text.IndexOf('\n', StringComparison.Ordinal)] : "";
    }

    private static int? Number(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status <= 255 ? status : null;
}

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DataPlatform.Benchmarks.Launches;

/// <summary>A task of a launched cluster as it was started: the same program, arguments, environment and files can be started again by hand.</summary>
/// <param name="Folder">A copy of the sandbox without what the task wrote.</param>
/// <param name="Volumes">Folders of it that the task found empty.</param>
/// <param name="Lake">In the place of the lake, for all tasks of the cluster; empty at first.</param>
internal sealed record CapturedTask(IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment, string Folder, IReadOnlyList<string> Volumes, string Lake)
{
    private const string ClassArchive = "-XX:SharedArchiveFile=";

    // What stands before a task's own command in the line of the process that watches over it.
    private const string Supervisor = "supervise";
    private const int SupervisorArguments = 3;

    private readonly HashSet<string> given = [.. Directory.EnumerateFileSystemEntries(Folder)];

    /// <summary>All tasks whose sandboxes lie under <paramref name="root"/>.</summary>
    /// <param name="lake">Which they were told of; each copy of them gets one of its own.</param>
    public static async Task<IReadOnlyList<CapturedTask>> AllAsync(string root, string lake, string copies)
    {
        var captured = new List<CapturedTask>();
        var ownLake = Directory.CreateDirectory(Path.Combine(copies, "lake")).FullName;
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out _)))
        {
            if (Read(process, root) is not { } found)
                continue;
            var copy = Directory.CreateDirectory(Path.Combine(copies, captured.Count.ToString(CultureInfo.InvariantCulture))).FullName;
            var volumes = new List<string>();
            foreach (var entry in new DirectoryInfo(found.Folder).EnumerateFileSystemInfos().Where(entry => entry.Name is not ("stdout" or "stderr") && entry.CreationTimeUtc <= found.Began))
            {
                if (entry.LinkTarget?.Contains("/volumes/", StringComparison.Ordinal) == true)
                    volumes.Add(Directory.CreateDirectory(Path.Combine(copy, entry.Name)).FullName);
                else
                    // What holds a secret is a link out of the sandbox, which ends with its task.
                    await RunAsync("cp", entry is DirectoryInfo folder && !folder.EnumerateFiles().Any(file => file.LinkTarget?.Contains("/secrets/", StringComparison.Ordinal) == true) ? "-a" : "-aL", entry.FullName, copy);
            }

            string Moved(string text) => text.Replace(found.Folder, copy, StringComparison.Ordinal).Replace(lake, ownLake, StringComparison.Ordinal);
            captured.Add(new CapturedTask([.. found.Command.Select(Moved)], found.Environment.ToDictionary(pair => pair.Key, pair => Moved(pair.Value)), copy, volumes, ownLake));
        }

        return captured;
    }

    public bool IsJava => Command.Any(argument => argument.EndsWith("/java", StringComparison.Ordinal));

    /// <summary>It takes its classes from an archive that the platform made.</summary>
    public bool IsTrained => Command.Any(argument => argument.StartsWith(ClassArchive, StringComparison.Ordinal));

    public string LastWords => string.Join(" | ", new[] { "stdout", "stderr" }.SelectMany(name => File.ReadLines(Path.Combine(Folder, name))).Where(line => !line.StartsWith('\t')).TakeLast(12));

    /// <summary>Begins anew, with nothing of what it wrote.</summary>
    public Process Start()
    {
        foreach (var volume in Volumes)
        {
            Directory.Delete(volume, recursive: true);
            Directory.CreateDirectory(volume);
        }

        foreach (var written in new DirectoryInfo(Folder).EnumerateFileSystemInfos().Where(entry => !given.Contains(entry.FullName)).ToList())
        {
            if (written is DirectoryInfo { LinkTarget: null } folder)
                folder.Delete(recursive: true);
            else
                written.Delete();
        }

        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Folder };
        // The redirections are what a script would have; program and arguments are handed on as they are, but for what a script has not.
        foreach (var argument in new[] { "-c", "exec \"$@\" > stdout 2> stderr", "by-hand" }.Concat(Command.Where(argument => !argument.StartsWith(ClassArchive, StringComparison.Ordinal))))
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static (IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment, string Folder, DateTime Began)? Read(string process, string root)
    {
        try
        {
            var folder = File.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName ?? "";
            var line = Fields(Path.Combine(process, "cmdline"));
            var own = Array.IndexOf(line, Supervisor);
            if (!folder.StartsWith(root + "/", StringComparison.Ordinal) || own < 0 || own + SupervisorArguments >= line.Length)
                return null;
            var environment = Fields(Path.Combine(process, "environ")).Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
            using var supervisor = Process.GetProcessById(int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture));
            // What is there once it runs is what it was given; a moment more for clocks that count ticks.
            return (line[(own + SupervisorArguments)..], environment, folder, supervisor.StartTime.ToUniversalTime().AddMilliseconds(20));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
    }

    private static string[] Fields(string file) => Encoding.UTF8.GetString(File.ReadAllBytes(file)).TrimEnd('\0').Split('\0');
}

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DataPlatform.Benchmarks.Spark;

/// <summary>
/// A process of a launched cluster as it was started: the same program, arguments, environment and files can be started again by hand.
/// </summary>
/// <param name="Folder">A copy of the sandbox without what the process wrote.</param>
internal sealed record CapturedProcess(IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment, string Folder)
{
    private const string ClassArchive = "-XX:SharedArchiveFile=";

    private static readonly string[] Given = ["spark", "python", "spark.conf"];

    /// <summary>All Java processes whose sandboxes lie under <paramref name="root"/>.</summary>
    public static async Task<IReadOnlyList<CapturedProcess>> AllAsync(string root, string copies)
    {
        var captured = new List<CapturedProcess>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out _)))
        {
            if (Read(process, root) is not { } found)
                continue;
            var copy = Directory.CreateDirectory(Path.Combine(copies, captured.Count.ToString(CultureInfo.InvariantCulture))).FullName;
            foreach (var name in Given.Where(name => Path.Exists(Path.Combine(found.Folder, name))))
            {
                // What holds a secret is a link out of the sandbox, which ends with its process.
                using var copying = Process.Start("cp", [Directory.Exists(Path.Combine(found.Folder, name)) ? "-a" : "-aL", Path.Combine(found.Folder, name), copy]);
                await copying.WaitForExitAsync();
            }

            var environment = found.Environment.ToDictionary(pair => pair.Key, pair => pair.Value.Replace(found.Folder, copy, StringComparison.Ordinal));
            captured.Add(new CapturedProcess(found.Command, environment, copy));
        }

        return captured;
    }

    /// <summary>It takes its classes from an archive that the platform made.</summary>
    public bool IsTrained => Command.Any(argument => argument.StartsWith(ClassArchive, StringComparison.Ordinal));

    /// <summary>The argument after <paramref name="name"/>, or what follows it and an equals sign.</summary>
    public string? Argument(string name)
    {
        for (var at = 0; at < Command.Count; at++)
        {
            if (Command[at] == name && at + 1 < Command.Count)
                return Command[at + 1];
            if (Command[at].StartsWith(name + "=", StringComparison.Ordinal))
                return Command[at][(name.Length + 1)..];
        }

        return null;
    }

    public string LastWords => string.Join(" | ", File.ReadLines(Path.Combine(Folder, "stderr")).Where(line => !line.StartsWith('\t')).TakeLast(12));

    public Process Start()
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Folder };
        // The redirections are what a script would have; program and arguments are handed on as they are, but for what a script has not.
        foreach (var argument in new[] { "-c", "exec \"$@\" > stdout 2> stderr", "by-hand" }.Concat(Command.Where(argument => !argument.StartsWith(ClassArchive, StringComparison.Ordinal))))
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static CapturedProcess? Read(string process, string root)
    {
        try
        {
            var folder = File.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName ?? "";
            var command = Fields(Path.Combine(process, "cmdline"));
            if (!folder.StartsWith(root + "/", StringComparison.Ordinal) || command is not [var program, ..] || !program.EndsWith("/java", StringComparison.Ordinal))
                return null;
            var environment = Fields(Path.Combine(process, "environ")).Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2)
                .ToDictionary(pair => pair[0], pair => pair[1]);
            // Executors, which the workers start, work in folders further down.
            return environment.GetValueOrDefault("MESOS_SANDBOX") == folder ? new CapturedProcess(command, environment, folder) : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] Fields(string file) => Encoding.UTF8.GetString(File.ReadAllBytes(file)).TrimEnd('\0').Split('\0');
}

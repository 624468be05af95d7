using System.Globalization;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Isolation;

/// <summary>Reading and writing the small files of a cgroup file system.</summary>
internal static class CgroupFiles
{
    /// <exception cref="IOException">The kernel refuses, with the file's name in the message.</exception>
    public static void Write(string path, string value)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(value));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException($"Cannot write {value} to {path}: {problem.Message}", problem);
        }
    }

    public static void Write(string path, long value) => Write(path, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Those of a group and of all that was made below it.</summary>
    public static IReadOnlyList<int> Processes(string directory)
    {
        var found = new HashSet<int>();
        Collect(directory, found);
        return [.. found];
    }

    private static void Collect(string directory, HashSet<int> found)
    {
        try
        {
            foreach (var line in File.ReadLines(Path.Combine(directory, "cgroup.procs")))
            {
                if (int.Parse(line, CultureInfo.InvariantCulture) is > 0 and var pid)
                    found.Add(pid);
            }

            foreach (var child in Directory.EnumerateDirectories(directory))
                Collect(child, found);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Removed, or being removed (ENODEV).
        }
    }

    /// <summary>Makes a group within one that is there: none above it comes back that has just been removed.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void Make(string directory)
    {
        using var calls = new SystemCalls();
        calls.Add($"make {directory}", SystemCall.MakeFolder, Libc.CurrentFolder, calls.Text(directory), 0x1ED);
        if (calls.Make() is (>= 0 and var index, var error))
            throw calls.Failure(index, error);
    }

    /// <summary>The names of groups right below one that begin so.</summary>
    public static IReadOnlyList<string> Nested(string directory, string prefix) =>
        [.. Folders.In(directory, prefix + "*").Select(path => Path.GetFileName(path))];

    /// <summary>What the file says; null where that is no number, as <c>max</c> is.</summary>
    public static long? Number(string path) =>
        long.TryParse(File.ReadAllText(path), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The number behind a key in a file of <c>key number</c> lines; 0 when there is none.</summary>
    public static long Counter(string path, string key)
    {
        try
        {
            foreach (var line in File.ReadAllLines(path))
            {
                if (line.StartsWith(key + " ", StringComparison.Ordinal))
                    return long.Parse(line.AsSpan(key.Length + 1), CultureInfo.InvariantCulture);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Gone.
        }

        return 0;
    }

    /// <summary>Removes a cgroup and what tasks have made below it. The kernel may hold on to one for a moment after its last process.</summary>
    public static void Remove(string directory)
    {
        const int attempts = 50;
        for (var attempt = 0; Directory.Exists(directory) && attempt < attempts; attempt++)
        {
            try
            {
                foreach (var child in Directory.GetDirectories(directory))
                    Remove(child);
                Directory.Delete(directory, recursive: false);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                Thread.Sleep(2);
            }
        }
    }

    /// <summary>Removes a group and its parents up to the mount, as long as nothing else is in them.</summary>
    public static void RemoveEmptyPath(string mount, string group)
    {
        for (var path = group; path.Length > 0; path = Path.GetDirectoryName(path) ?? "")
        {
            try
            {
                Directory.Delete(Path.Combine(mount, path), recursive: false);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                return; // Another agent's groups are there.
            }
        }
    }
}

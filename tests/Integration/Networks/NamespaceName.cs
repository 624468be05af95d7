using System.Diagnostics;
using System.Text.RegularExpressions;

namespace DataPlatform.Integration.Tests.Networks;

/// <summary>Names of the tests' network namespaces: they tell the run of the tests, for its last look at what is left, and the process that made them.</summary>
internal static partial class NamespaceName
{
    public const string Folder = "/run/netns";

    public static string For(int process, int network, string host) =>
        $"{Environment.GetEnvironmentVariable("DP_TEST_RUN") ?? "dptest"}-{process}-net{network}{host}";

    /// <summary>Those of tests that were killed go, with what still runs in them.</summary>
    public static void RemoveAbandoned()
    {
        if (!Directory.Exists(Folder)) return;
        foreach (var name in Directory.EnumerateFileSystemEntries(Folder).Select(path => Path.GetFileName(path)!).Where(IsAbandoned))
        {
            foreach (var line in Ip.Read("netns", "pids", name).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                End(int.Parse(line));
            Ip.Read("netns", "delete", name);
            foreach (var group in Groups(name)) Remove(group);
        }
    }

    /// <summary>Control groups of a host's agent have its name. The innermost come first.</summary>
    private static IEnumerable<string> Groups(string name) => Directory.EnumerateDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup")
        .Select(controller => Path.Combine(controller, name)).Where(Directory.Exists)
        .SelectMany(group => Directory.EnumerateDirectories(group, "*", SearchOption.AllDirectories).OrderByDescending(path => path.Length).Append(group));

    /// <summary>Which it can't be before the last process in it has ended.</summary>
    private static void Remove(string group)
    {
        for (var watch = Stopwatch.StartNew(); Directory.Exists(group); Thread.Yield())
        {
            try
            {
                Directory.Delete(group);
            }
            catch (IOException) when (watch.Elapsed < TimeSpan.FromSeconds(10))
            {
            }
        }
    }

    private static bool IsAbandoned(string name) => Pattern().Match(name) is { Success: true } parts && !Directory.Exists($"/proc/{parts.Groups["process"].Value}");

    private static void End(int process)
    {
        try
        {
            using var left = Process.GetProcessById(process);
            left.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
        }
    }

    [GeneratedRegex(@"^dptest-(\d+-\w+-)?(?<process>\d+)-net\d+\w+$")]
    private static partial Regex Pattern();
}

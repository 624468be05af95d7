using System.Globalization;

namespace DataPlatform.Services.Hosting.Serving;

/// <summary>The host as a whole, by Mesos's names.</summary>
public static class HostMetrics
{
    private const int KilobytesToBytes = 1024;

    /// <summary>Empty where the system does not say.</summary>
    public static IEnumerable<(string Name, double Value)> Read()
    {
        yield return ("system/cpus_total", Environment.ProcessorCount);
        foreach (var metric in Load().Concat(Memory()))
            yield return metric;
    }

    private static IEnumerable<(string Name, double Value)> Load()
    {
        if (Lines("/proc/loadavg").FirstOrDefault() is not { } line)
            yield break;
        var words = line.Split(' ');
        foreach (var (name, word) in new[] { ("1min", 0), ("5min", 1), ("15min", 2) })
            yield return ($"system/load_{name}", double.Parse(words[word], CultureInfo.InvariantCulture));
    }

    private static IEnumerable<(string Name, double Value)> Memory()
    {
        foreach (var line in Lines("/proc/meminfo"))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["MemTotal:", var total, ..])
                yield return ("system/mem_total_bytes", double.Parse(total, CultureInfo.InvariantCulture) * KilobytesToBytes);
            else if (words is ["MemFree:", var free, ..])
                yield return ("system/mem_free_bytes", double.Parse(free, CultureInfo.InvariantCulture) * KilobytesToBytes);
        }
    }

    private static string[] Lines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}

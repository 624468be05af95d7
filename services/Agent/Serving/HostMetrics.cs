using System.Globalization;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>The host as a whole.</summary>
internal static class HostMetrics
{
    private const double BytesPerKibibyte = 1024;

    public static IEnumerable<(string Name, double Value)> Read()
    {
        yield return ("system/cpus_total", Environment.ProcessorCount);
        var load = File.ReadAllText("/proc/loadavg").Split(' ');
        yield return ("system/load_1min", Number(load[0]));
        yield return ("system/load_5min", Number(load[1]));
        yield return ("system/load_15min", Number(load[2]));
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "MemTotal:")
                yield return ("system/mem_total_bytes", Number(words[1]) * BytesPerKibibyte);
            else if (words[0] == "MemFree:")
                yield return ("system/mem_free_bytes", Number(words[1]) * BytesPerKibibyte);
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

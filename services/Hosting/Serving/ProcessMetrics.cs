using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DataPlatform.Services.Hosting.Serving;

/// <summary>What this process costs, in Prometheus's text form and by the names that its own client libraries use.</summary>
public static class ProcessMetrics
{
    public static string Text()
    {
        using var process = Process.GetCurrentProcess();
        var text = new StringBuilder();
        Write(text, "process_cpu_seconds_total", "counter", process.TotalProcessorTime.TotalSeconds);
        Write(text, "process_start_time_seconds", "gauge", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000d);
        Write(text, "process_resident_memory_bytes", "gauge", process.WorkingSet64);
        Write(text, "process_open_fds", "gauge", process.HandleCount);
        Write(text, "dotnet_total_memory_bytes", "gauge", GC.GetTotalMemory(forceFullCollection: false));
        Write(text, "dotnet_gc_pause_seconds_total", "counter", GC.GetTotalPauseDuration().TotalSeconds);
        text.Append("# TYPE dotnet_collection_count_total counter\n");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            text.Append(CultureInfo.InvariantCulture, $"dotnet_collection_count_total{{generation=\"{generation}\"}} {GC.CollectionCount(generation)}\n");
        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, string type, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {type}\n{name} {value:R}\n");
}

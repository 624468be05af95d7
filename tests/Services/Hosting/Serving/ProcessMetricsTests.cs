using System.Globalization;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.Tests.Hosting.Serving;

public sealed class ProcessMetricsTests
{
    [Fact]
    public void Each_has_a_type_and_a_number_that_is_plausible_for_this_process()
    {
        var lines = ProcessMetrics.Text().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var values = lines.Where(line => line[0] != '#').ToDictionary(line => line.Split(' ')[0], line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));

        values.Keys.Select(name => name.Split('{')[0]).ShouldAllBe(name => lines.Any(line => line.StartsWith($"# TYPE {name} ", StringComparison.Ordinal)));
        values["process_cpu_seconds_total"].ShouldBeGreaterThan(0);
        values["process_resident_memory_bytes"].ShouldBeGreaterThan(10e6);
        values["process_open_fds"].ShouldBeInRange(3, 20_000);
        DateTimeOffset.FromUnixTimeSeconds((long)values["process_start_time_seconds"]).ShouldBeInRange(DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow);
        values["dotnet_collection_count_total{generation=\"0\"}"].ShouldBeGreaterThanOrEqualTo(values["dotnet_collection_count_total{generation=\"2\"}"]);
    }
}

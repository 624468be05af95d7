using System.Globalization;

namespace DataPlatform.Services.Agent.Serving.Usage;

/// <summary>What some processes use, those of their children included that have ended and were collected by them.</summary>
internal readonly record struct ProcessUsage(int Processes, int Threads, double UserSeconds, double SystemSeconds, long ResidentBytes)
{
    private const double TicksPerSecond = 100;
    private const int FirstField = 3; // What follows the name in /proc/PID/stat is field 3.

    public static ProcessUsage Of(IEnumerable<int> pids)
    {
        var sum = default(ProcessUsage);
        foreach (var pid in pids)
        {
            if (Of(pid) is { } one)
            {
                sum = new ProcessUsage(
                    sum.Processes + 1, sum.Threads + one.Threads, sum.UserSeconds + one.UserSeconds,
                    sum.SystemSeconds + one.SystemSeconds, sum.ResidentBytes + one.ResidentBytes);
            }
        }

        return sum;
    }

    private static ProcessUsage? Of(int pid)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            var fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessUsage(
                1, (int)Number(fields, 20), (Number(fields, 14) + Number(fields, 16)) / TicksPerSecond,
                (Number(fields, 15) + Number(fields, 17)) / TicksPerSecond, Number(fields, 24) * Environment.SystemPageSize);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return null; // It has ended meanwhile.
        }
    }

    private static long Number(string[] fields, int field) =>
        fields.Length > field - FirstField && long.TryParse(fields[field - FirstField], CultureInfo.InvariantCulture, out var value) ? value : 0;
}

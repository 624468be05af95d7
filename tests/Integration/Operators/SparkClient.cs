using System.Diagnostics;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>A program in Python that speaks to a Spark.</summary>
internal static class SparkClient
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <param name="sitePackages">Where Spark's client is.</param>
    /// <param name="folder">Where the program's text may lie.</param>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(string program, string sitePackages, string folder, IReadOnlyDictionary<string, string> connection, params string[] arguments)
    {
        var script = Path.Combine(folder, "program.py");
        await File.WriteAllTextAsync(script, program);
        var start = new ProcessStartInfo("/usr/bin/python3", [script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONPATH"] = sitePackages;
        foreach (var (name, value) in connection)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.ShouldBe(0, WithoutFrames(await errors));
        return said;
    }

    /// <summary>Causes without the hundreds of lines of where in Spark: a report that is cut keeps what matters.</summary>
    private static string WithoutFrames(string errors) =>
        string.Join('\n', errors.Split('\n').Where(line => !line.TrimStart().StartsWith("at ", StringComparison.Ordinal)).Distinct());
}

using System.Diagnostics;
using System.Globalization;

namespace DataPlatform.Simulation.Tests;

/// <summary>Tries seed after seed for as long as a night, outside the test runner: <c>./dp simulate --seeds N --first S</c>.</summary>
internal static class SeedSearch
{
    public const string Command = "simulate";
    private const int UsualSeeds = 200;

    /// <summary>Many seeds that fail most often fail for one reason.</summary>
    private const int MostFailures = 10;

    private static readonly TimeSpan BetweenProgress = TimeSpan.FromSeconds(10);

    /// <returns>0 when every seed held, 1 when one did not, 2 for arguments that are not understood, 130 when interrupted.</returns>
    public static int Run(IReadOnlyList<string> arguments, Func<int, string> run, TextWriter output, CancellationToken cancellation)
    {
        var (first, count, refusal) = Read(arguments);
        if (refusal is not null)
        {
            output.WriteLine($"simulate: {refusal}");
            output.WriteLine($"simulate [--seeds N] [--first S]: N seeds ({UsualSeeds} when absent) from S (1 when absent) on");
            return 2;
        }

        var (watch, writing, tried, failed, said) = (Stopwatch.StartNew(), new Lock(), 0, new List<int>(), TimeSpan.Zero);
        // One at a time is taken, so that those before the last one that was taken have all been tried.
        var next = first;
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            while (!cancellation.IsCancellationRequested && Taken() is { } seed)
            {
                var failure = Failure(run, seed);
                lock (writing)
                {
                    tried++;
                    if (failure is not null)
                    {
                        failed.Add(seed);
                        output.WriteLine($"seed {seed} fails; to repeat it: ./dp simulate --seeds 1 --first {seed}\n{failure}");
                    }

                    if (watch.Elapsed - said < BetweenProgress)
                        continue;
                    said = watch.Elapsed;
                    output.WriteLine($"{tried} of {count} seeds tried in {said.TotalSeconds:0} s, {failed.Count} failed");
                }
            }
        });
        output.WriteLine($"seeds {first} to {next - 1}: {tried - failed.Count} held, {failed.Count} failed{(failed.Count > 0 ? $": {string.Join(", ", failed.Order())}" : "")} ({watch.Elapsed.TotalSeconds:0} s)");
        if (failed.Count >= MostFailures)
            output.WriteLine($"gave up at {MostFailures} failures");
        return failed.Count > 0 ? 1 : cancellation.IsCancellationRequested ? 130 : 0;

        int? Taken()
        {
            lock (writing)
                return next - first < count && failed.Count < MostFailures ? (int)next++ : null;
        }
    }

    private static string? Failure(Func<int, string> run, int seed)
    {
        try
        {
            run(seed);
            return null;
        }
        catch (Exception error)
        {
            // A night's search goes on: whatever a seed brings up is what it is to find.
            return error.ToString();
        }
    }

    private static (long First, long Count, string? Refusal) Read(IReadOnlyList<string> arguments)
    {
        var (first, count) = (1, UsualSeeds);
        for (var place = 0; place < arguments.Count; place += 2)
        {
            var name = arguments[place];
            if (name is not ("--seeds" or "--first"))
                return (0, 0, $"{name} is not understood");
            if (place + 1 == arguments.Count || !int.TryParse(arguments[place + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) || (name == "--seeds" && value == 0))
                return (0, 0, $"{name} takes a whole number from {(name == "--seeds" ? 1 : 0)} to {int.MaxValue}");
            (first, count) = name == "--seeds" ? (first, value) : (value, count);
        }

        return first > int.MaxValue - (long)count + 1 ? (0, 0, $"the last seed would be above {int.MaxValue}") : (first, count, null);
    }
}

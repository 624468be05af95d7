using System.Diagnostics;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>Tells what is being done and, in the end, how long each step took.</summary>
public sealed class StepReport(TextWriter writer)
{
    private readonly List<(string Name, TimeSpan Took)> steps = [];
    private readonly Stopwatch all = Stopwatch.StartNew();

    public async Task<T> RunAsync<T>(string name, Func<Task<T>> step, Func<T, string?>? outcome = null)
    {
        await LineAsync($"{name} ...");
        var watch = Stopwatch.StartNew();
        var result = await step();
        steps.Add((name, watch.Elapsed));
        await LineAsync($"{name}: {outcome?.Invoke(result) ?? "done"} ({DurationText.Short(watch.Elapsed)})");
        return result;
    }

    public Task LineAsync(string text) => writer.WriteLineAsync(FormattableString.Invariant($"{all.Elapsed.TotalSeconds,6:0.0} s  {text}"));

    public Task PlainAsync(string text) => writer.WriteLineAsync(text);

    public async Task SummaryAsync()
    {
        await writer.WriteLineAsync("\nHow long each step took");
        foreach (var (name, took) in steps) await writer.WriteLineAsync($"  {DurationText.Short(took),8}  {name}");
        await writer.WriteLineAsync($"  {DurationText.Short(all.Elapsed),8}  altogether");
    }
}

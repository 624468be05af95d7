using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Progress;

/// <summary>
/// One line for each change, with the seconds since the watching began. A step that only tells how far it is gets a line now and
/// then, not one for each file.
/// </summary>
public sealed class PlainTimeline(TextWriter writer, TimeProvider time, string indent = "") : IProgressDisplay
{
    private static readonly TimeSpan NowAndThen = TimeSpan.FromSeconds(5);
    private readonly DateTimeOffset began = time.GetUtcNow();
    private readonly Dictionary<string, (StepView Step, DateTimeOffset At)> said = [];
    private (ClusterState State, string? Reason)? lastState;

    public async Task ShowAsync(ClusterDetail cluster)
    {
        var now = time.GetUtcNow();
        foreach (var entry in TimelineEntry.Of(cluster))
        {
            var (before, at) = said.GetValueOrDefault(entry.Path);
            if (entry.Change(before, now) is not { } change || (before?.State == entry.Step.State && now - at < NowAndThen)) continue;
            said[entry.Path] = (entry.Step, now);
            await LineAsync(change, now);
        }
        var (summary, failed) = (cluster.Summary, cluster.Summary.State is ClusterState.Failed or ClusterState.Degraded);
        // While it comes up, the reason is that of a step, which was said above.
        if (lastState?.State != summary.State || (failed && lastState?.Reason != summary.Reason))
            await LineAsync($"{summary.Name} is {Output.Words.State(summary.State)}{(failed && summary.Reason is { } reason ? $": {reason}" : "")}", now);
        lastState = (summary.State, summary.Reason);
        await writer.FlushAsync();
    }

    private Task LineAsync(string text, DateTimeOffset now) =>
        writer.WriteLineAsync(FormattableString.Invariant($"{indent}{(now - began).TotalSeconds,7:0.0} s  {Output.Rows.Printable(text)}"));
}

using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DataPlatform.Services.Cli.Progress;

/// <summary>The steps as a table that is drawn again with every change, and each quarter of a second for the running times.</summary>
public sealed class LiveTimeline(LiveDisplayContext context, TimeProvider time) : IProgressDisplay
{
    private readonly Lock drawing = new();
    private ClusterDetail? last;

    public Task ShowAsync(ClusterDetail cluster)
    {
        last = cluster;
        Redraw();
        return Task.CompletedTask;
    }

    public void Redraw()
    {
        lock (drawing)
            if (last is { } cluster)
                context.UpdateTarget(Draw(cluster, time.GetUtcNow()));
    }

    public static IRenderable Draw(ClusterDetail cluster, DateTimeOffset now)
    {
        var rows = new Output.Rows("step", "state", "time", "waits for, or note");
        foreach (var entry in TimelineEntry.Of(cluster))
            rows.Add(entry.Title, Sign(entry.Step.State), entry.Took(now) is { } took ? DurationText.Short(took) : "", entry.Said);
        var summary = cluster.Summary;
        var title = $"{summary.Name} ({summary.Package} {summary.Version}) is {Words.State(summary.State)} after {DurationText.Short((summary.ReadyAt ?? now) - summary.CreatedAt)}";
        return new Spectre.Console.Rows(new Text(Output.Rows.Printable(summary.Reason is { } reason ? $"{title}: {reason}" : title)), rows.ToTable());
    }

    private static string Sign(StepState state) => state switch
    {
        StepState.Complete => "✓ complete",
        StepState.Failed => "✗ failed",
        StepState.Pending => "· pending",
        _ => $"▸ {Words.State(state)}",
    };
}

using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Progress;

/// <summary>One line for each change, with the seconds since the watching began.</summary>
public sealed class PlainTimeline(TextWriter writer, TimeProvider time, string indent = "") : IProgressDisplay
{
    private readonly DateTimeOffset began = time.GetUtcNow();
    private ClusterDetail? last;

    public async Task ShowAsync(ClusterDetail cluster)
    {
        var now = time.GetUtcNow();
        foreach (var line in TimelineEntry.Changes(last, cluster, now))
            await writer.WriteLineAsync(FormattableString.Invariant($"{indent}{(now - began).TotalSeconds,7:0.0} s  {Output.Rows.Printable(line)}"));
        await writer.FlushAsync();
        last = cluster;
    }
}

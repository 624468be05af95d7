using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Output;

/// <summary>The pool's reasons as lines of text.</summary>
public static class Reasons
{
    /// <summary>There is an offer, or one is to come.</summary>
    public static bool Fits(PoolWhy why) => why.Reasons.Any(reason => reason.Kind is "FITS" or "OFFERED");

    public static async Task WriteAsync(TextWriter output, string title, PoolWhy why)
    {
        Task Line(string text) => output.WriteLineAsync(Rows.Printable(text));
        await Line(why.Hosts == 0 ? $"{title}: the pool has no host" : $"{title}: of {why.Hosts} {(why.Hosts == 1 ? "host" : "hosts")}");
        foreach (var reason in why.Reasons)
        {
            await Line($"  {reason.Hosts}: {reason.Reason}");
            foreach (var example in reason.Examples.Where(example => example.Reason != reason.Reason))
                await Line($"       {example.Host} ({example.AgentId}): {example.Reason}");
        }

        foreach (var change in why.Changes)
            await Line($"  -> {change.Text}{(change.At is { } at ? $" ({Words.Moment(at)})" : "")}");
        if (!why.SearchedAll)
            await Line("  -> there may be more: the search ended at its bound");
    }
}

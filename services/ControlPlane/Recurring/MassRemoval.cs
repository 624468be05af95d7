namespace DataPlatform.Services.ControlPlane.Recurring;

/// <summary>
/// Which of the clusters that run, and that the database does not know, may be taken down. A database that was lost or put back knows none or few
/// of them: more than one that are more than half of what runs are left alone until a person says so.
/// </summary>
public sealed record MassRemoval(IReadOnlyList<string> Allowed, IReadOnlyList<string> Withheld)
{
    /// <param name="confirmed">What a person said may go, and what went its way before.</param>
    public static MassRemoval Decide(IReadOnlySet<string> running, IReadOnlySet<string> known, IReadOnlySet<string> confirmed)
    {
        var unknown = running.Except(known).Order(StringComparer.Ordinal).ToList();
        var open = unknown.Where(id => !confirmed.Contains(id)).ToList();
        return open.Count > 1 && open.Count * 2 > running.Count
            ? new MassRemoval([.. unknown.Except(open)], open)
            : new MassRemoval(unknown, []);
    }
}

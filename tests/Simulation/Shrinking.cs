namespace DataPlatform.Simulation.Tests;

/// <summary>Leaves faults of a failing run out, half of them, then fewer, then one after another, for as long as it still fails.</summary>
internal static class Shrinking
{
    /// <param name="failsWithout">Whether the run still fails when these faults do not happen.</param>
    /// <param name="faults">All that happened when it failed.</param>
    /// <param name="mostRuns">A bound on how often it is tried.</param>
    /// <returns>The faults that can be left out together.</returns>
    public static IReadOnlySet<int> Superfluous(Func<IReadOnlySet<int>, bool> failsWithout, IReadOnlyList<int> faults, int mostRuns = 200)
    {
        var leftOut = new HashSet<int>();
        var kept = faults.ToList();
        for (var size = Math.Max(1, kept.Count / 2); mostRuns > 0; size = Math.Max(1, size / 2))
        {
            var before = kept.Count;
            for (var from = 0; from < kept.Count && mostRuns-- > 0;)
            {
                var tried = kept.Skip(from).Take(size).ToList();
                if (failsWithout(leftOut.Concat(tried).ToHashSet()))
                {
                    leftOut.UnionWith(tried);
                    kept.RemoveRange(from, tried.Count);
                }
                else
                {
                    from += size;
                }
            }

            // One that was needed may be so no longer without those that came after it.
            if (size == 1 && kept.Count == before)
                break;
        }

        // Those that do it by themselves may have been kept for what they do together with others.
        foreach (var few in kept.Select(one => new[] { one }).Concat(kept.SelectMany(one => kept.Where(other => other > one).Select(other => new[] { one, other }))))
        {
            if (few.Length >= kept.Count || mostRuns-- <= 0)
                break;
            if (failsWithout(faults.Except(few).ToHashSet()))
                return faults.Except(few).ToHashSet();
        }

        return leftOut;
    }
}

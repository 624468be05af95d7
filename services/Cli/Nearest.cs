namespace DataPlatform.Services.Cli;

/// <summary>The word that was probably meant by one that is not known.</summary>
public static class Nearest
{
    /// <returns>Null when none comes near.</returns>
    public static string? To(string word, IEnumerable<string> known) =>
        known.Select(candidate => (candidate, distance: Distance(word, candidate)))
            .Where(pair => pair.distance <= Math.Max(1, word.TrimStart('-').Length / 3))
            .OrderBy(pair => pair.distance).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Select(pair => pair.candidate).FirstOrDefault();

    /// <summary>How many letters are missing, too many, others, or exchanged with the next.</summary>
    private static int Distance(string one, string other)
    {
        var (before, last, next) = (new int[other.Length + 1], Enumerable.Range(0, other.Length + 1).ToArray(), new int[other.Length + 1]);
        for (var row = 1; row <= one.Length; row++)
        {
            next[0] = row;
            for (var column = 1; column <= other.Length; column++)
            {
                var changed = last[column - 1] + (one[row - 1] == other[column - 1] ? 0 : 1);
                next[column] = Math.Min(changed, Math.Min(last[column], next[column - 1]) + 1);
                if (row > 1 && column > 1 && one[row - 1] == other[column - 2] && one[row - 2] == other[column - 1])
                    next[column] = Math.Min(next[column], before[column - 2] + 1);
            }

            (before, last, next) = (last, next, before);
        }

        return last[other.Length];
    }
}

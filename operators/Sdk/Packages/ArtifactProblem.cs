namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>Something that a package needs and that can't be had.</summary>
/// <param name="Item">The file, the Python distribution or the program.</param>
/// <param name="Remedy">What to configure so that it can be had.</param>
internal sealed record ArtifactProblem(string Item, string Reason, string Remedy)
{
    private const int Shown = 3;

    /// <summary>One text for people: the first problems, how many more, and what to configure.</summary>
    public static string Describe(string package, IReadOnlyList<ArtifactProblem> problems)
    {
        // Many files mostly lack for one reason: it is said once.
        var reasons = problems.GroupBy(problem => problem.Reason).Take(Shown)
            .Select(group => $"{string.Join(", ", group.Take(Shown).Select(problem => problem.Item))}{More(group.Count())}: {group.Key}");
        var remedies = string.Join(" ", problems.Select(problem => problem.Remedy).Distinct());
        return $"{package} can't be had: {string.Join("; ", reasons)}. {remedies}";
    }

    private static string More(int count) => count > Shown ? $" and {count - Shown} more" : "";
}

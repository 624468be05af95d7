namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>Something that a package needs and that can't be had as it was locked.</summary>
/// <param name="Item">The file, the Python distribution or the program.</param>
/// <param name="Remedy">What to configure so that it can be had.</param>
internal sealed record ArtifactProblem(string Item, string Reason, string Remedy)
{
    private const int Shown = 3;

    /// <summary>It is there with other content than the lock says.</summary>
    public bool Differs { get; init; }

    /// <summary>One text for people: the first problems, how many more, and what to configure. What differs is worse than what is absent, and is said alone.</summary>
    public static string Describe(string package, IReadOnlyList<ArtifactProblem> problems)
    {
        var differing = problems.Where(problem => problem.Differs).ToList();
        return differing.Count > 0 ? Text($"{package} was locked with other files than are there", differing) : Text($"{package} can't be had", problems);
    }

    private static string Text(string what, IReadOnlyList<ArtifactProblem> problems)
    {
        // Many files mostly lack for one reason: it is said once.
        var reasons = problems.GroupBy(problem => problem.Reason).Take(Shown)
            .Select(group => $"{string.Join(", ", group.Take(Shown).Select(problem => problem.Item))}{More(group.Count())}: {group.Key}");
        var remedies = string.Join(" ", problems.Select(problem => problem.Remedy).Distinct());
        return $"{what}: {string.Join("; ", reasons)}. {remedies}";
    }

    private static string More(int count) => count > Shown ? $" and {count - Shown} more" : "";
}

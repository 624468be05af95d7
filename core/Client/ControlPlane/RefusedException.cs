namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>The control plane refused, and said what was wrong.</summary>
public sealed class RefusedException(Problem problem) : Exception(Sentence(problem))
{
    public Problem Problem { get; } = problem;

    private static string Sentence(Problem problem) =>
        string.IsNullOrWhiteSpace(problem.Detail) || problem.Detail == problem.Title ? problem.Title : $"{problem.Title}: {problem.Detail}";
}

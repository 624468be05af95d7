using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Blueprints;
using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Services.ControlPlane.Blueprints;

/// <summary>The problems of one blueprint, as they are found.</summary>
internal sealed class BlueprintProblems(string file)
{
    private readonly List<PackageProblem> found = [];

    public bool Any => found.Count > 0;

    public IReadOnlyList<PackageProblem> InOrder => [.. found.Distinct().OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];

    public void Add<T>(Marked<T> at, string message, string? allowed = null) => found.Add(new PackageProblem(file, at.Line, at.Column, message, allowed));

    public void Add<T>(Marked<T> at, string message, IEnumerable<string> allowed) => Add(at, message, Listed(allowed));

    public static string Listed(IEnumerable<string> allowed) => allowed.ToList() is { Count: > 0 } names ? string.Join(", ", names) : "none: there is none";

    /// <summary>As REST tells them: the field is the place in the file.</summary>
    public static Problem Refusal(IReadOnlyList<PackageProblem> problems, int status) => new(
        "The blueprint can't be brought up", status, "Nothing was changed.",
        [.. problems.Select(problem => new FieldProblem($"{problem.File}:{problem.Line}:{problem.Column}", problem.Message, problem.Allowed))]);
}

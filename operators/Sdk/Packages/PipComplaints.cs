using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>What pip says of files whose hashes are not those of the requirements, wherever it got them. Pure.</summary>
internal static partial class PipComplaints
{
    public static IReadOnlyList<ArtifactProblem> Differing(IReadOnlyList<string> lines)
    {
        var problems = new List<ArtifactProblem>();
        var (item, file) = ("", "");
        var expected = new List<string>();
        foreach (var line in lines)
        {
            if (Subject().Match(line) is { Success: true } subject)
            {
                (item, file) = (subject.Groups["item"].Value, Uri.UnescapeDataString(subject.Groups["file"].Value));
                expected.Clear();
            }
            else if (Expected().Match(line) is { Success: true } wanted)
                expected.Add(wanted.Groups["hash"].Value);
            else if (Got().Match(line) is { Success: true } got && expected.Count > 0)
                problems.Add(new(item, $"{file} has sha256 {got.Groups["hash"].Value} and the requirements say {string.Join(" or ", expected)}", "Replace the file, or the index that gave it.") { Differs = true });
        }

        return problems;
    }

    // Without the way to it: an address of an index may hold a password.
    [GeneratedRegex(@"^\s+(?<item>[^\s;]+).* from (?:\S*/)?(?<file>[^\s/#]+)(?:#\S*)?(?: \(from .*\))?:$")]
    private static partial Regex Subject();

    [GeneratedRegex(@"^\s+Expected\s+(?:sha256|or)\s+(?<hash>[0-9a-f]{64})$")]
    private static partial Regex Expected();

    [GeneratedRegex(@"^\s+Got\s+(?<hash>[0-9a-f]{64})$")]
    private static partial Regex Got();
}

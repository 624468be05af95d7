using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>What the tasks of another cluster need to be let into this one: for them alone, and shown to nobody.</summary>
/// <param name="Variables">Of the environment, whose values are secret.</param>
/// <param name="Files">For the sandbox.</param>
/// <param name="Paths">Further variables, with what they name within the sandbox.</param>
public sealed record ClusterKeys(IReadOnlyDictionary<string, string> Variables, IReadOnlyList<GeneratedFile> Files, IReadOnlyDictionary<string, string> Paths)
{
    public static ClusterKeys None { get; } = new(new Dictionary<string, string>(0), [], new Dictionary<string, string>(0));
}

using System.Security.Cryptography;
using System.Text;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>How another cluster's tasks reach this one, such as a notebook's kernel a Spark.</summary>
/// <param name="Environment">Variables that the engine's clients read, such as <c>DASK_SCHEDULER_ADDRESS</c>.</param>
public sealed record ClusterConnection(string Cluster, string Package, bool Ready, IReadOnlyDictionary<string, string> Environment)
{
    public ClusterKeys Keys { get; init; } = ClusterKeys.None;

    /// <summary>The same as long as the same variables and secrets lead to it, now and after a restart. Tells nothing of what they hold.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', Parts()))))[..16];

    public bool IsSame(ClusterConnection? other) => other is not null && other.Package == Package && other.Ready == Ready && other.Fingerprint == Fingerprint;

    // Files hold certificates, which are signed anew by another process from the same keys.
    private IEnumerable<string> Parts() => Environment.Concat(Keys.Variables).Concat(Keys.Paths).OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .SelectMany(pair => new[] { pair.Key, pair.Value }).Concat(Keys.Files.Select(file => file.Path));
}

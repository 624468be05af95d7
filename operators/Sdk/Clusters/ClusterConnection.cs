using System.Security.Cryptography;
using System.Text;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>How another cluster's tasks reach this one, such as a notebook's kernel a Spark.</summary>
/// <param name="Environment">Variables that the engine's clients read, such as <c>SPARK_REMOTE</c>.</param>
public sealed record ClusterConnection(string Cluster, string Package, bool Ready, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The same as long as the same variables lead to it. Tells nothing of what they hold.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\0', Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => new[] { pair.Key, pair.Value })))))[..16];

    public bool IsSame(ClusterConnection? other) => other is not null && other.Package == Package && other.Ready == Ready && other.Fingerprint == Fingerprint;
}

using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>
/// What lets a cluster read the platform's measurements: its id and a secret of its own, so that whoever knows the cluster's key can say
/// whether it is right, and nothing more has to be kept.
/// </summary>
public static partial class MetricsToken
{
    /// <summary>No secret of a package's own can have this name.</summary>
    public const string SecretName = "platform/metrics";
    private const string Prefix = "dpm_";

    public static string Of(string clusterId, string secret) => $"{Prefix}{clusterId}_{secret}";

    /// <summary>Whose it says it is; null for what is no such token at all.</summary>
    public static string? ClusterIdIn(string token) => Form().Match(token) is { Success: true } match ? match.Groups["id"].Value : null;

    public static bool IsRight(string token, string clusterId, byte[] key, int rotations) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(Of(clusterId, ClusterSecrets.Derive(key, clusterId, SecretName, rotations))));

    [GeneratedRegex(@"\Adpm_(?<id>[A-Za-z0-9-]{1,80})_[0-9a-f]{64}\z")]
    private static partial Regex Form();
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>A cluster's secrets, all derived from its own key: the same now and after a restart, others after each rotation.</summary>
public static class ClusterSecrets
{
    public static string Derive(byte[] key, string clusterId, string name, int rotations)
    {
        var generation = rotations == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"/{rotations}");
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{clusterId}/{name}{generation}")));
    }

    /// <summary>The secret of one operation alone. What it was used for outlives rotations, so it is the same after them; no name of a secret has a colon.</summary>
    public static string OfOperation(byte[] key, string clusterId, int number) => Derive(key, clusterId, string.Create(CultureInfo.InvariantCulture, $"operation:{number}"), rotations: 0);
}

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
}

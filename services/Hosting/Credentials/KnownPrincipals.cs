using System.Security.Cryptography;
using System.Text;
using DataPlatform.Core.Client.Http;

namespace DataPlatform.Services.Hosting.Credentials;

/// <summary>The principals that may call a service, with digests of their secrets. Of two entries with one name the later counts.</summary>
public sealed class KnownPrincipals
{
    private const string Scheme = "Basic ";

    private readonly Dictionary<string, byte[]> secrets = new(StringComparer.Ordinal);
    private readonly byte[] nobody = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);

    public KnownPrincipals(IEnumerable<MesosCredential> credentials)
    {
        foreach (var credential in credentials)
            secrets[credential.Principal] = Digest(credential.Secret);
    }

    /// <summary>The principal of a Basic authorization header, or null. Takes the same time whatever of it is wrong.</summary>
    public string? Authenticate(string? authorization)
    {
        if (authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true)
            return null;
        var decoded = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[Scheme.Length..].Trim(), decoded, out var length))
            return null;
        var (principal, secret) = Encoding.UTF8.GetString(decoded.AsSpan(0, length)).Split(':', 2) is [var left, var right] ? (left, right) : ("", "");
        // Compared also for a principal that does not exist, so that the time taken tells nothing.
        return CryptographicOperations.FixedTimeEquals(secrets.GetValueOrDefault(principal) ?? nobody, Digest(secret)) ? principal : null;
    }

    private static byte[] Digest(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}

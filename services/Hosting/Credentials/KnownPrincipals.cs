using System.Security.Cryptography;
using System.Text;
using DataPlatform.Core.Client.Http;

namespace DataPlatform.Services.Hosting.Credentials;

/// <summary>The principals that may call a service, with digests of their secrets. Of two entries with one name the later counts.</summary>
public sealed class KnownPrincipals
{
    private readonly Dictionary<string, byte[]> secrets = new(StringComparer.Ordinal);
    private readonly byte[] nobody = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);

    public KnownPrincipals(IEnumerable<MesosCredential> credentials)
    {
        foreach (var credential in credentials)
            secrets[credential.Principal] = Digest(credential.Secret);
    }

    /// <summary>Takes the same time whatever of it is wrong: a principal that does not exist is compared too.</summary>
    public bool Knows(BasicLogin login) =>
        CryptographicOperations.FixedTimeEquals(secrets.GetValueOrDefault(login.Principal) ?? nobody, Digest(login.Secret));

    private static byte[] Digest(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}

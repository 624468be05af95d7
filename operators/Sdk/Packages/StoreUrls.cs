using System.Security.Cryptography;
using System.Text;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>
/// Addresses under which agents fetch the store's content: <c>/store/sha256/DIGEST?key=KEY</c>. The key is an HMAC of the digest, so
/// whoever was given an address may read that content and can't make an address for any other.
/// </summary>
public sealed class StoreUrls(ReadOnlyMemory<byte> secret)
{
    public const string PathPrefix = "/store/sha256/";
    private const int SecretBytes = 32;

    public string KeyOf(Digest digest) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secret.Span, Encoding.ASCII.GetBytes($"sha256/{digest}")));

    public bool Verify(Digest digest, string? key) => key is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(KeyOf(digest)), Encoding.UTF8.GetBytes(key));

    /// <summary>The address below a server's own, with the digest as fragment for whoever fetches.</summary>
    public Uri UrlOf(Uri server, Digest digest) => new(server, $"{PathPrefix}{digest}?key={KeyOf(digest)}#sha256={digest}");

    /// <summary>Reads the secret of a store's folder, which only its owner may read, and makes it where there is none.</summary>
    public static StoreUrls Open(string storeFolder)
    {
        var path = Path.Combine(storeFolder, "secret");
        if (!File.Exists(path))
            Create(path);
        var secret = File.ReadAllBytes(path);
        return secret.Length == SecretBytes
            ? new(secret)
            : throw new InvalidDataException($"{path} must hold {SecretBytes} bytes and holds {secret.Length}: remove it, and running tasks' addresses end");
    }

    private static void Create(string path)
    {
        var partial = $"{path}.{Guid.NewGuid():n}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var stream = new FileStream(partial, options))
        {
            stream.Write(RandomNumberGenerator.GetBytes(SecretBytes));
            stream.Flush(flushToDisk: true);
        }

        // Two processes may make one at the same time: the first stays.
        try
        {
            File.Move(partial, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(partial);
        }
    }
}

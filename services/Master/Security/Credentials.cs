using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataPlatform.Services.Master.Settings;

namespace DataPlatform.Services.Master.Security;

/// <summary>The principals that may call, with their secrets, from Mesos's credentials file.</summary>
public sealed class Credentials
{
    private readonly Dictionary<string, byte[]> secrets = [];

    private Credentials()
    {
    }

    /// <exception cref="SettingsException">The file can't be read, others can read it too, or it is not what it should be.</exception>
    public static Credentials Read(string path)
    {
        var credentials = new Credentials();
        try
        {
            const UnixFileMode others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
                throw new SettingsException($"--credentials {path} is open to everyone; chmod 600 it");
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var entry in document.RootElement.GetProperty("credentials").EnumerateArray())
            {
                var principal = entry.GetProperty("principal").GetString();
                var secret = entry.GetProperty("secret").GetString();
                if (string.IsNullOrEmpty(principal) || string.IsNullOrEmpty(secret) || principal.Contains(':', StringComparison.Ordinal))
                    throw new SettingsException($"--credentials {path} has an entry without principal or secret, or with a colon in the principal");
                credentials.secrets[principal] = Digest(secret);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new SettingsException($"--credentials {path} is not a readable file with {{\"credentials\":[{{\"principal\":\"p\",\"secret\":\"s\"}}]}}: {error.Message}");
        }

        return credentials;
    }

    /// <summary>The principal of a Basic authorization header, or null.</summary>
    public string? Authenticate(string? authorization)
    {
        const string scheme = "Basic ";
        if (authorization?.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) != true)
            return null;
        var decoded = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[scheme.Length..].Trim(), decoded, out var length))
            return null;
        var (principal, secret) = Encoding.UTF8.GetString(decoded.AsSpan(0, length)).Split(':', 2) is [var left, var right] ? (left, right) : ("", "");
        // Compared also for a principal that does not exist, so that the time taken tells nothing.
        var expected = secrets.GetValueOrDefault(principal) ?? Digest(Guid.NewGuid().ToString());
        return CryptographicOperations.FixedTimeEquals(expected, Digest(secret)) ? principal : null;
    }

    private static byte[] Digest(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}

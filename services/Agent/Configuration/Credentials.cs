using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DataPlatform.Services.Agent.Configuration;

/// <summary>A principal and its secret. Never printed.</summary>
public sealed class PrincipalSecret(string principal, string secret)
{
    public string Principal { get; } = principal;

    /// <summary>The value of an Authorization header.</summary>
    public string ToBasic() => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Principal + ":" + secret));

    /// <summary>Takes the same time whether and where the header differs.</summary>
    public bool Matches(string authorization) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(authorization)), SHA256.HashData(Encoding.UTF8.GetBytes(ToBasic())));

    public override string ToString() => Principal;
}

/// <summary>Reads Mesos's credential files.</summary>
internal static class CredentialFiles
{
    /// <summary><c>{"principal":"p","secret":"s"}</c></summary>
    public static PrincipalSecret ReadOne(string setting, string path) => Read(setting, path, root => Credential(setting, path, root));

    /// <summary><c>{"credentials":[{"principal":"p","secret":"s"}]}</c></summary>
    public static IReadOnlyList<PrincipalSecret> ReadMany(string setting, string path) => Read(setting, path, root =>
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("credentials", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
            throw new ConfigurationException($"--{setting} {path}: expected {{\"credentials\":[{{\"principal\":...,\"secret\":...}}]}}");
        return list.EnumerateArray().Select(each => Credential(setting, path, each)).ToList();
    });

    private static PrincipalSecret Credential(string setting, string path, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object &&
            element.TryGetProperty("principal", out var principal) && principal.ValueKind == JsonValueKind.String &&
            element.TryGetProperty("secret", out var secret) && secret.ValueKind == JsonValueKind.String &&
            principal.GetString() is { Length: > 0 } name && !name.Contains(':', StringComparison.Ordinal))
            return new PrincipalSecret(name, secret.GetString()!);
        throw new ConfigurationException($"--{setting} {path}: expected an object with 'principal' (without ':') and 'secret'");
    }

    private static T Read<T>(string setting, string path, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return read(document.RootElement);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ConfigurationException($"--{setting} {path} can't be read: {problem.Message}");
        }
    }
}

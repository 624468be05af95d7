using System.Text.Json;
using DataPlatform.Core.Client.Http;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Hosting.Credentials;

/// <summary>Mesos's two files of credentials, JSON, readable by their owner only.</summary>
public static class CredentialFile
{
    /// <summary><c>{"principal":"p","secret":"s"}</c>: who a service is to others.</summary>
    /// <exception cref="SettingsException">It can't be read, others may read it, or it is not of that form.</exception>
    public static MesosCredential ReadOne(string setting, string path) => Read(setting, path, root => Credential(setting, path, root));

    /// <summary><c>{"credentials":[{"principal":"p","secret":"s"}]}</c>: who may call a service.</summary>
    /// <exception cref="SettingsException">It can't be read, others may read it, or it is not of that form.</exception>
    public static KnownPrincipals ReadMany(string setting, string path) => Read(setting, path, root =>
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("credentials", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
            throw new SettingsException($"--{setting} {path}: expected {{\"credentials\":[{{\"principal\":\"p\",\"secret\":\"s\"}}]}} with at least one entry");
        return new KnownPrincipals(list.EnumerateArray().Select(each => Credential(setting, path, each)));
    });

    private static MesosCredential Credential(string setting, string path, JsonElement element) =>
        element.ValueKind == JsonValueKind.Object
        && Member(element, "principal") is { Length: > 0 } principal && !principal.Contains(':', StringComparison.Ordinal)
        && Member(element, "secret") is { Length: > 0 } secret
            ? new MesosCredential(principal, secret)
            : throw new SettingsException($"--{setting} {path}: expected an object with 'principal' (without ':') and 'secret', both texts and not empty");

    private static string? Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static T Read<T>(string setting, string path, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(PrivateFile.Read(setting, path));
            return read(document.RootElement);
        }
        catch (JsonException problem)
        {
            // Its message names the place, never the content.
            throw new SettingsException($"--{setting} {path} is not JSON: {problem.Message}");
        }
    }
}

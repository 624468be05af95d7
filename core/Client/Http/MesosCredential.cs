using System.Text;
using System.Text.Json;

namespace DataPlatform.Core.Client.Http;

/// <summary>Who a client is to a master or an agent: sent as HTTP Basic authentication.</summary>
public sealed record MesosCredential(string Principal, string Secret)
{
    /// <summary>Reads Mesos's file of one credential: <c>{"principal":"p","secret":"s"}</c>.</summary>
    /// <exception cref="FormatException">The file is not of that form; the message says what is missing.</exception>
    public static MesosCredential Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return new MesosCredential(Member(document.RootElement, "principal", path), Member(document.RootElement, "secret", path));
        }
        catch (JsonException invalid)
        {
            throw new FormatException($"{path} is not JSON: {invalid.Message}", invalid);
        }
    }

    internal string ToBasic() => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Principal}:{Secret}"));

    // A record would print the secret into logs.
    public override string ToString() => $"credential of {Principal}";

    private static string Member(JsonElement root, string name, string path) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new FormatException($"{path} lacks the text \"{name}\"; its form is {{\"principal\":\"...\",\"secret\":\"...\"}}");
}

using System.Text.Json;

namespace DataPlatform.Services.Hosting.Settings;

/// <summary>The file of <c>--config</c>.</summary>
internal static class SettingsFile
{
    /// <exception cref="SettingsException">It can't be read, is no JSON object, or names what is no setting.</exception>
    public static IReadOnlyList<(string Name, string Value)> Read(IReadOnlyList<Setting> settings, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new SettingsException($"--config {path} must hold a JSON object");
            return [.. document.RootElement.EnumerateObject().Select(member => (Known(settings, path, member.Name), Text(member.Value)))];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new SettingsException($"--config {path} can't be read as a JSON object: {problem.Message}");
        }
    }

    private static string Known(IReadOnlyList<Setting> settings, string path, string name) => settings.Any(each => each.Name == name)
        ? name
        : throw new SettingsException($"--config {path}: '{name}' is no setting; allowed: {string.Join(", ", settings.Select(each => each.Name))}");

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}

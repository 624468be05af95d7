using System.Text.Json;

namespace DataPlatform.Services.Master.Settings;

/// <summary>What was given for each setting, by flag, environment or file.</summary>
internal sealed class SettingValues
{
    private readonly Dictionary<string, string> given = [];

    private SettingValues()
    {
    }

    /// <exception cref="SettingsException">An unknown flag or key, a flag without its value, an unreadable file.</exception>
    public static SettingValues Read(
        IReadOnlyList<SettingDefinition> definitions, IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var values = new SettingValues();
        var flags = ReadFlags(definitions, arguments);
        var config = flags.GetValueOrDefault("config") ?? environment("DP_MASTER_CONFIG");
        if (!string.IsNullOrEmpty(config))
            values.TakeFile(definitions, config);
        foreach (var definition in definitions)
        {
            if (environment(definition.EnvironmentVariable) is { Length: > 0 } variable)
                values.given[definition.Name] = variable;
            if (flags.TryGetValue(definition.Name, out var flag))
                values.given[definition.Name] = flag;
        }

        return values;
    }

    public string? Find(SettingDefinition definition) => given.GetValueOrDefault(definition.Name) ?? definition.Default;

    private static Dictionary<string, string> ReadFlags(
        IReadOnlyList<SettingDefinition> definitions, IReadOnlyList<string> arguments)
    {
        var flags = new Dictionary<string, string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var (flag, value) = arguments[i].Split('=', 2) is [var left, var right] ? (left, right) : (arguments[i], null);
            if (definitions.FirstOrDefault(candidate => candidate.Flag == flag) is not { } definition)
                throw new SettingsException($"'{flag}' is no setting; --help lists them");
            if (value is null && ++i == arguments.Count)
                throw new SettingsException($"{flag} needs a value: {definition.Value}");
            flags[definition.Name] = value ?? arguments[i];
        }

        return flags;
    }

    private void TakeFile(IReadOnlyList<SettingDefinition> definitions, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (definitions.All(definition => definition.Name != member.Name))
                    throw new SettingsException($"{path}: '{member.Name}' is no setting; --help lists them");
                given[member.Name] = member.Value.ValueKind == JsonValueKind.String
                    ? member.Value.GetString()!
                    : member.Value.GetRawText();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            throw new SettingsException($"--config {path} can't be read as a JSON object: {error.Message}");
        }
    }
}

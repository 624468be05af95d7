using System.Text.Json;

namespace DataPlatform.Services.Agent.Configuration;

/// <summary>Brings flags, environment and file together: flags win over the environment, that over the file, that over defaults.</summary>
internal static class SettingsReader
{
    /// <returns>A value for each setting that has one.</returns>
    /// <exception cref="ConfigurationException">An unknown setting, a missing value, a file that can't be read.</exception>
    public static Dictionary<string, string> Read(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var flags = ReadFlags(arguments);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in Settings.All)
        {
            var given = flags.GetValueOrDefault(setting.Name) ?? environment(setting.EnvironmentName);
            if (given is not null)
                values[setting.Name] = given;
        }

        if (values.TryGetValue("config", out var file))
        {
            foreach (var (name, value) in ReadFile(file))
                values.TryAdd(name, value);
        }

        foreach (var setting in Settings.All.Where(each => each.Default is not null))
            values.TryAdd(setting.Name, setting.Default!);
        return values;
    }

    private static Dictionary<string, string> ReadFlags(IReadOnlyList<string> arguments)
    {
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
                throw new ConfigurationException($"Unexpected argument '{argument}': settings are given as --name value, see --help");
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument[2..] : argument[2..equals];
            var setting = Settings.All.FirstOrDefault(each => each.Name == name);
            if (setting is null && equals < 0 && name.StartsWith("no-", StringComparison.Ordinal) &&
                Settings.All.Any(each => each.IsSwitch && each.Name == name[3..]))
            {
                flags[name[3..]] = "false";
                continue;
            }

            if (setting is null)
                throw new ConfigurationException($"Unknown setting --{name}, see --help");
            if (equals >= 0)
                flags[name] = argument[(equals + 1)..];
            else if (setting.IsSwitch && (index + 1 == arguments.Count || arguments[index + 1] is not ("true" or "false")))
                flags[name] = "true";
            else if (index + 1 < arguments.Count)
                flags[name] = arguments[++index];
            else
                throw new ConfigurationException($"--{name} needs a value: {setting.Argument}");
        }

        return flags;
    }

    private static List<(string Name, string Value)> ReadFile(string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ConfigurationException($"--config {path} can't be read: {problem.Message}");
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ConfigurationException($"--config {path} must hold a JSON object");
            var found = new List<(string, string)>();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (!Settings.All.Any(each => each.Name == member.Name))
                    throw new ConfigurationException($"--config {path} has an unknown setting '{member.Name}'");
                found.Add((member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText()));
            }

            return found;
        }
    }
}

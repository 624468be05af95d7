namespace DataPlatform.Services.Hosting.Settings;

/// <summary>Flags as people write them: <c>--name value</c>, <c>--name=value</c>, and for switches <c>--name</c> and <c>--no-name</c>.</summary>
internal static class CommandLine
{
    /// <exception cref="SettingsException">An unknown flag, or one without its value.</exception>
    public static Dictionary<string, string> Read(IReadOnlyList<Setting> settings, IReadOnlyList<string> arguments)
    {
        var flags = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var index = 0; index < arguments.Count; index++)
        {
            var argument = arguments[index];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
                throw new SettingsException($"Unexpected argument '{argument}': settings are given as --name value, see --help");
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument[2..] : argument[2..equals];
            if (settings.FirstOrDefault(each => each.Name == name) is not { } setting)
            {
                if (equals >= 0 || !IsTurnedOff(settings, name))
                    throw new SettingsException($"Unknown setting --{name}, see --help");
                flags[name[3..]] = "false";
            }
            else if (equals >= 0)
                flags[name] = argument[(equals + 1)..];
            else if (setting.IsSwitch && (index + 1 == arguments.Count || arguments[index + 1] is not ("true" or "false")))
                flags[name] = "true";
            else if (index + 1 < arguments.Count)
                flags[name] = arguments[++index];
            else
                throw new SettingsException($"--{name} needs a value: {setting.Argument}");
        }

        return flags;
    }

    private static bool IsTurnedOff(IReadOnlyList<Setting> settings, string name) =>
        name.StartsWith("no-", StringComparison.Ordinal) && settings.Any(each => each.IsSwitch && each.Name == name[3..]);
}

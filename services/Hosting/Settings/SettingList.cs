using System.Text;

namespace DataPlatform.Services.Hosting.Settings;

/// <summary>All that one program can be told, and how: a flag wins over the environment, that over the configuration file, that over the default.</summary>
public sealed class SettingList
{
    private static readonly Setting Config = new("config", "FILE", null, "JSON object with any of these settings by name; flags and environment win over it");

    private readonly string purpose;
    private readonly string example;
    private readonly string prefix;

    /// <param name="program">Such as <c>dp-master</c>: its variables are then called <c>DP_MASTER_...</c>.</param>
    /// <param name="purpose">One sentence for <c>--help</c>.</param>
    /// <param name="example">A whole command line for <c>--help</c>.</param>
    public SettingList(string program, string purpose, string example, params Setting[] settings)
    {
        Program = program;
        this.purpose = purpose;
        this.example = example;
        prefix = VariableName(program) + "_";
        All = [.. settings, Config];
    }

    public string Program { get; }

    public IReadOnlyList<Setting> All { get; }

    /// <exception cref="SettingsException">An unknown setting, a missing value, a file that can't be read.</exception>
    public SettingValues Read(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var found = CommandLine.Read(All, arguments).ToDictionary(flag => flag.Key, flag => new GivenValue(flag.Value, "--" + flag.Key), StringComparer.Ordinal);
        foreach (var setting in All)
        {
            var variable = prefix + VariableName(setting.Name);
            if (environment(variable) is { Length: > 0 } value)
                found.TryAdd(setting.Name, new GivenValue(value, variable));
        }

        if (found.TryGetValue(Config.Name, out var file))
        {
            foreach (var (name, value) in SettingsFile.Read(All, file.Text))
                found.TryAdd(name, new GivenValue(value, $"{file.Text}: {name}"));
        }

        foreach (var setting in All)
        {
            if (setting.Default is { } value)
                found.TryAdd(setting.Name, new GivenValue(value, setting.Flag));
        }

        return new SettingValues(All, found);
    }

    /// <summary>What <c>--help</c> prints.</summary>
    public string Help()
    {
        var text = new StringBuilder($"{Program}: {purpose}\n\nusage: {Program} [--SETTING VALUE]...\n\n");
        foreach (var setting in All)
        {
            var flag = setting.IsSwitch ? setting.Flag : $"{setting.Flag} {setting.Argument}";
            text.Append($"  {flag.PadRight(46)} {setting.Description}{(setting.Default is { } value ? $" (default {value})" : "")}\n");
        }

        return text.Append($"\nEach may also be given by the environment ({All[0].Flag} as {prefix}{VariableName(All[0].Name)}) or in the --config file\n")
            .Append($"under its name without the dashes in front. Durations: {Quantities.DurationExamples}; sizes: {Quantities.SizeExamples}.\n")
            .Append($"\nExample:\n  {example}\n").ToString();
    }

    private static string VariableName(string name) => name.Replace('-', '_').ToUpperInvariant();
}

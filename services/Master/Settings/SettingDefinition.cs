namespace DataPlatform.Services.Master.Settings;

/// <summary>One setting: a flag, an environment variable and a key of the configuration file, in that order of strength.</summary>
/// <param name="Name">As Mesos names it, with dashes: allocation-interval.</param>
/// <param name="Default">Null when there is none.</param>
internal sealed record SettingDefinition(string Name, string Value, string? Default, string Description)
{
    public string Flag => "--" + Name;

    public string EnvironmentVariable => "DP_MASTER_" + Name.Replace('-', '_').ToUpperInvariant();
}

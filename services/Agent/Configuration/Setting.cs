namespace DataPlatform.Services.Agent.Configuration;

/// <summary>One thing that can be set: by <c>--name value</c>, by DP_AGENT_NAME, or by <c>name</c> in the configuration file.</summary>
/// <param name="Default">Null when there is none.</param>
/// <param name="IsSwitch">True or false; <c>--name</c> alone means true, <c>--no-name</c> false.</param>
internal sealed record Setting(string Name, string Argument, string? Default, string Description, bool IsSwitch = false)
{
    public string EnvironmentName => "DP_AGENT_" + Name.Replace('-', '_').ToUpperInvariant();
}

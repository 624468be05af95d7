namespace DataPlatform.Services.Hosting.Settings;

/// <summary>One thing that can be set: by a flag, by a variable of the environment, or by its name in the configuration file.</summary>
/// <param name="Name">With dashes, and as Mesos names it where Mesos has it: allocation-interval.</param>
/// <param name="Argument">What <c>--help</c> shows for the value.</param>
/// <param name="Default">Null when there is none.</param>
/// <param name="IsSwitch">True or false; <c>--name</c> alone means true, <c>--no-name</c> false.</param>
public sealed record Setting(string Name, string Argument, string? Default, string Description, bool IsSwitch = false)
{
    public string Flag => "--" + Name;
}

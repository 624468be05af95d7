namespace DataPlatform.Services.Hosting.Settings;

/// <summary>Settings that every service with a listener has.</summary>
public static class CommonSettings
{
    public static Setting AllowedHosts { get; } = new(
        "allowed-hosts", "NAME,...", null, "further names and addresses under which this is reached, such as that of a proxy; requests under others are refused");
}

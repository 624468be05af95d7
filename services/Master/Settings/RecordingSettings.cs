using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Master.Settings;

/// <summary>Where this master's decisions are recorded, so that they can be replayed, and how much of them.</summary>
public sealed record RecordingSettings(string Directory, long MostBytes)
{
    private const long Least = 64 * 1024;
    private const long Highest = 4L * 1024 * 1024 * 1024;

    internal static readonly Setting[] All =
    [
        new("record-dir", "DIR", null, "Record every decision here, a file for each term of this master, for 'dp replay'; the newest 4 are kept (default: nothing is recorded)"),
        new("record-size", "BYTES", "64MB", "Of one recording; it ends there"),
    ];

    /// <summary>Null: nothing is recorded.</summary>
    /// <exception cref="SettingsException">Something given can't be used.</exception>
    public static RecordingSettings? From(SettingValues values)
    {
        var size = values.Size("record-size");
        if (size is < Least or > Highest)
            throw new SettingsException($"--record-size is '{values.Text("record-size")}'; 64KB to 4GB are allowed");
        return values.FindPath("record-dir") is { } directory ? new RecordingSettings(directory, size) : null;
    }
}

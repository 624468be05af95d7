using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Master;

internal static class MasterVersion
{
    private static readonly DateTime Built = File.GetLastWriteTimeUtc(
        typeof(MasterVersion).Assembly.Location is { Length: > 0 } file ? file : Environment.ProcessPath!);

    /// <summary>Such as 1.0.0: without what the build adds to it.</summary>
    public static string Text { get; } = typeof(MasterVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>When the program's file was made, UTC.</summary>
    public static string BuildDate { get; } = Built.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The same in seconds since 1970.</summary>
    public static double BuildTime { get; } = Math.Floor((Built - DateTime.UnixEpoch).TotalSeconds);

    public static VersionInfo Info => new() { Version = Text, BuildDate = BuildDate, BuildTime = BuildTime, BuildUser = BuildUser };

    /// <summary>Nobody's name: builds are anyone's.</summary>
    public static string BuildUser => "";
}

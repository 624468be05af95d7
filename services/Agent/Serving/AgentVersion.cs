using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Serving;

internal static class AgentVersion
{
    public static readonly string Text = typeof(AgentVersion).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Built when the program's file was written; by whom is nobody's business.</summary>
    public static VersionInfo Info { get; } = Make();

    private static VersionInfo Make()
    {
        var info = new VersionInfo { Version = Text, BuildUser = "" };
        var file = typeof(AgentVersion).Assembly.Location;
        if (!File.Exists(file))
            return info;
        var built = File.GetLastWriteTimeUtc(file);
        info.BuildDate = built.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        info.BuildTime = Math.Floor((built - DateTime.UnixEpoch).TotalSeconds);
        return info;
    }
}

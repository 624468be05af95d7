using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>
/// How the cache's files look as long as nobody has touched them: the agent's own, not to be written by anybody, and of one fixed time,
/// which whoever writes through some other way changes.
/// </summary>
internal static class ArtifactSeal
{
    public static readonly DateTime Time = FetchedFiles.Time;

    private const uint WriteBits = 0x92;
    private static readonly long Seconds = new DateTimeOffset(Time).ToUnixTimeSeconds();

    public static bool Holds(FileStatus status) =>
        status is { IsRegular: true, ModifiedNanoseconds: 0 } && status.ModifiedSeconds == Seconds && status.Owner == Libc.geteuid() && (status.Mode & WriteBits) == 0;

    /// <summary>A complete file that is to become the cache's.</summary>
    public static void Put(string path)
    {
        File.SetLastWriteTimeUtc(path, Time);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }
}

using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>More on the disk than a task may have there.</summary>
/// <param name="What">The sandbox or volume, as a message begins.</param>
/// <param name="Resources">Those that the bound comes from.</param>
public sealed record DiskExcess(string What, long UsedBytes, long AllowedBytes, IReadOnlyList<Resource> Resources)
{
    private const double BytesPerMebibyte = 1024 * 1024;

    /// <summary>After a restart of the agent nobody knows any more how much it was.</summary>
    public static DiskExcess Forgotten(TaskInfo task) => new("", 0, 0, [.. task.Resources.Where(each => each.Name == "disk")]);

    public string Message => What.Length == 0
        ? "The task held more disk than it is allowed"
        : $"{What} held {Mebibytes(UsedBytes)} MiB of disk, {Mebibytes(AllowedBytes)} MiB are allowed";

    private static string Mebibytes(long bytes) => (bytes / BytesPerMebibyte).ToString("0.###", CultureInfo.InvariantCulture);
}

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>Bounds of what one task may fetch; each stands in the refusal of what goes beyond it.</summary>
/// <param name="Bytes">Of all transfers of a task together.</param>
/// <param name="UnpackedBytes">Of one archive.</param>
/// <param name="Time">For everything that a task fetches.</param>
/// <param name="Stall">Without a byte.</param>
internal sealed record FetchLimits(long Bytes, long UnpackedBytes, TimeSpan Time, TimeSpan Stall)
{
    public const string BytesSetting = "--fetcher-max-size";
    public const string UnpackedSetting = "--max-archive-size";
    public const string TimeSetting = "--fetcher-timeout";

    /// <summary>URIs of one task.</summary>
    public const int Count = 4096;
}

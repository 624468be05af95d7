using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;

namespace DataPlatform.Core.Client.Scheduler;

/// <param name="Master">Where a master listens; any of several, for one that does not lead redirects.</param>
/// <param name="Codec">JSON or protobuf.</param>
public sealed record SchedulerClientSettings(Uri Master, MesosCredential? Credential, MessageCodec Codec)
{
    public SchedulerClientSettings(Uri master, MesosCredential? credential = null) : this(master, credential, MessageCodec.Protobuf) { }

    /// <summary>Further masters of the same pool, asked where the first does not answer.</summary>
    public IReadOnlyList<Uri> OtherMasters { get; init; } = [];

    /// <summary>The first pause before a new attempt; it doubles up to <see cref="LongestPause"/>, each with jitter.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many heartbeat intervals may pass in silence before the connection counts as dead.</summary>
    public int MissedHeartbeats { get; init; } = 5;

    /// <summary>How long one call, or the answer to SUBSCRIBE, may take.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

using Status = DataPlatform.Core.Protocol.Mesos.InverseOfferStatus.Types.Status;

namespace DataPlatform.Core.Pool;

/// <summary>What a framework last said when it was asked to leave an agent.</summary>
/// <param name="Time">On the wall.</param>
/// <param name="Until">It is not asked again before, on the pool's own clock.</param>
public sealed record InverseOfferAnswer(Status Status, DateTimeOffset Time, DateTimeOffset Until);

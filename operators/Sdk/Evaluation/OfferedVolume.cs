using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Operators.Sdk.Evaluation;

/// <summary>A pod's volume that an offer holds, so that no task uses it.</summary>
public sealed record OfferedVolume(PodReservation Reservation, string Id, Resource Resource);

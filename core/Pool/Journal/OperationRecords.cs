using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Recorded = DataPlatform.Core.Pool.Journal.PoolRecord.EventOneofCase;

namespace DataPlatform.Core.Pool.Journal;

/// <summary>The durable events of reservations, volumes and operations as records, and back.</summary>
internal static class OperationRecords
{
    /// <summary>False for an event of another kind.</summary>
    public static bool TryWrite(PoolEvent happened, PoolRecord record)
    {
        switch (happened)
        {
            case PoolEvent.AgentConverted changed:
                record.AgentConverted = new() { AgentId = new AgentID { Value = changed.AgentId } };
                record.AgentConverted.Converted.Add(changed.Converted.ToMessages());
                return true;
            case PoolEvent.OperationAdded added:
                record.OperationAdded = new() { Uuid = added.Uuid, AgentId = new AgentID { Value = added.AgentId }, Info = added.Info };
                if (added.FrameworkId is { } framework)
                    record.OperationAdded.FrameworkId = new FrameworkID { Value = framework };
                record.OperationAdded.Consumed.Add(added.Conversion.Consumed.ToMessages());
                record.OperationAdded.Converted.Add(added.Conversion.Converted.ToMessages());
                return true;
            case PoolEvent.OperationEnded ended:
                record.OperationEnded = new() { Uuid = ended.Uuid, State = ended.State };
                if (ended.Message is { } message)
                    record.OperationEnded.Message = message;
                return true;
            case PoolEvent.OperationAcknowledged acknowledged:
                record.OperationAcknowledged = new() { Uuid = acknowledged.Uuid };
                return true;
            case PoolEvent.OperationReversed reversed:
                record.OperationReversed = new() { Uuid = reversed.Uuid };
                return true;
            case PoolEvent.OperationRemoved removed:
                record.OperationRemoved = new() { Uuid = removed.Uuid };
                return true;
            default:
                return false;
        }
    }

    /// <summary>Null for a record of another kind.</summary>
    public static PoolEvent? Read(PoolRecord record) => record.EventCase switch
    {
        Recorded.AgentConverted => new PoolEvent.AgentConverted(record.AgentConverted.AgentId.Value, record.AgentConverted.Converted.ToBag()),
        Recorded.OperationAdded => new PoolEvent.OperationAdded(record.OperationAdded.Uuid, record.OperationAdded.FrameworkId?.Value,
            record.OperationAdded.AgentId.Value, record.OperationAdded.Info,
            new ResourceConversion(record.OperationAdded.Consumed.ToBag(), record.OperationAdded.Converted.ToBag())),
        Recorded.OperationEnded => new PoolEvent.OperationEnded(
            record.OperationEnded.Uuid, record.OperationEnded.State, record.OperationEnded.HasMessage ? record.OperationEnded.Message : null),
        Recorded.OperationAcknowledged => new PoolEvent.OperationAcknowledged(record.OperationAcknowledged.Uuid),
        Recorded.OperationReversed => new PoolEvent.OperationReversed(record.OperationReversed.Uuid),
        Recorded.OperationRemoved => new PoolEvent.OperationRemoved(record.OperationRemoved.Uuid),
        _ => null,
    };
}

using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using Recorded = DataPlatform.Core.Pool.Journal.PoolRecord.EventOneofCase;

namespace DataPlatform.Core.Pool.Journal;

/// <summary>Durable events as bytes, and back.</summary>
public static class PoolRecords
{
    /// <param name="time">On the wall.</param>
    /// <exception cref="ArgumentException">The event is not durable.</exception>
    public static byte[] Encode(PoolEvent happened, DateTimeOffset time) => ToRecord(happened, time).ToByteArray();

    /// <exception cref="InvalidDataException">The bytes are no record, or one of a newer version.</exception>
    public static PoolEvent Decode(ReadOnlySpan<byte> bytes) => ToEvent(Parse(PoolRecord.Parser, bytes));

    /// <summary>Events that lead to the same memory as a whole history, in one piece.</summary>
    public static byte[] EncodeSnapshot(IEnumerable<PoolEvent> events, DateTimeOffset time)
    {
        var snapshot = new PoolSnapshot();
        snapshot.Records.Add(events.Select(happened => ToRecord(happened, time)));
        return snapshot.ToByteArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no snapshot, or one of a newer version.</exception>
    public static IEnumerable<PoolEvent> DecodeSnapshot(ReadOnlySpan<byte> bytes) =>
        Parse(PoolSnapshot.Parser, bytes).Records.Select(ToEvent);

    private static PoolRecord ToRecord(PoolEvent happened, DateTimeOffset time)
    {
        var record = new PoolRecord { Time = StatusReports.Time(TimeOf(happened) ?? time) };
        switch (happened)
        {
            case PoolEvent.FrameworkAdmitted admitted:
                record.FrameworkAdmitted = new() { Info = admitted.Info };
                break;
            case PoolEvent.FrameworkChanged changed:
                record.FrameworkChanged = new() { Info = changed.Info };
                break;
            case PoolEvent.FrameworkRemoved removed:
                record.FrameworkRemoved = new() { FrameworkId = new FrameworkID { Value = removed.FrameworkId } };
                break;
            case PoolEvent.QuotaUpdated(var role, var quota):
                record.QuotaUpdated = new() { Config = RoleViews.Config(role, quota) };
                break;
            case PoolEvent.WeightUpdated(var role, var weight):
                record.WeightUpdated = new() { Info = new WeightInfo { Role = role, Weight = weight } };
                break;
            case PoolEvent.AgentAdmitted admitted:
                record.AgentAdmitted = new() { Info = admitted.Info };
                break;
            case PoolEvent.AgentBound bound:
                record.AgentBound = new() { AgentId = new AgentID { Value = bound.AgentId }, Principal = bound.Principal };
                break;
            case PoolEvent.AgentDeactivated deactivated:
                record.AgentDeactivated = new() { AgentId = new AgentID { Value = deactivated.AgentId }, Drain = deactivated.Drain };
                break;
            case PoolEvent.AgentReactivated reactivated:
                record.AgentReactivated = new() { AgentId = new AgentID { Value = reactivated.AgentId } };
                break;
            case PoolEvent.AgentBecameUnreachable lost:
                record.AgentBecameUnreachable = new() { AgentId = new AgentID { Value = lost.AgentId } };
                break;
            case PoolEvent.AgentRemoved gone:
                record.AgentRemoved = new() { AgentId = new AgentID { Value = gone.AgentId }, ByOperator = gone.ByOperator };
                break;
            default:
                if (OperationRecords.TryWrite(happened, record) || MaintenanceRecords.TryWrite(happened, record))
                    break;
                throw new ArgumentException($"{happened.GetType().Name} is not kept in the journal", nameof(happened));
        }

        return record;
    }

    /// <summary>When the agent or framework went is told to those who ask later.</summary>
    private static DateTimeOffset? TimeOf(PoolEvent happened) => happened switch
    {
        PoolEvent.AgentBecameUnreachable lost => lost.Time,
        PoolEvent.FrameworkRemoved removed => removed.Time,
        PoolEvent.AgentDeactivated deactivated => deactivated.Time,
        _ => null,
    };

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes) where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new InvalidDataException($"The journal holds what is no record of a pool: {error.Message}", error);
        }
    }

    private static PoolEvent ToEvent(PoolRecord record)
    {
        var time = DateTimeOffset.UnixEpoch.AddTicks((record.Time?.Nanoseconds ?? 0) / 100);
        return record.EventCase switch
        {
            Recorded.FrameworkAdmitted => new PoolEvent.FrameworkAdmitted(record.FrameworkAdmitted.Info, time, Recovered: true),
            Recorded.FrameworkChanged => new PoolEvent.FrameworkChanged(record.FrameworkChanged.Info),
            Recorded.FrameworkRemoved => new PoolEvent.FrameworkRemoved(record.FrameworkRemoved.FrameworkId.Value, time),
            Recorded.QuotaUpdated => ToEvent(record.QuotaUpdated.Config),
            Recorded.WeightUpdated => new PoolEvent.WeightUpdated(record.WeightUpdated.Info.Role, record.WeightUpdated.Info.Weight),
            Recorded.AgentAdmitted => new PoolEvent.AgentAdmitted(record.AgentAdmitted.Info, time),
            Recorded.AgentBound => new PoolEvent.AgentBound(record.AgentBound.AgentId.Value, record.AgentBound.Principal),
            Recorded.AgentDeactivated => new PoolEvent.AgentDeactivated(record.AgentDeactivated.AgentId.Value, record.AgentDeactivated.Drain, time),
            Recorded.AgentReactivated => new PoolEvent.AgentReactivated(record.AgentReactivated.AgentId.Value),
            Recorded.AgentBecameUnreachable => new PoolEvent.AgentBecameUnreachable(record.AgentBecameUnreachable.AgentId.Value, time),
            Recorded.AgentRemoved => new PoolEvent.AgentRemoved(record.AgentRemoved.AgentId.Value, time, record.AgentRemoved.ByOperator),
            _ => OperationRecords.Read(record) ?? MaintenanceRecords.Read(record)
                ?? throw new InvalidDataException("The journal holds a record that a newer master wrote; run that one"),
        };
    }

    private static PoolEvent.QuotaUpdated ToEvent(QuotaConfig config) => QuotaRules.TryRead(config, out var quota) is { } wrong
        ? throw new InvalidDataException($"The journal holds a quota that is none: {wrong}")
        : new PoolEvent.QuotaUpdated(config.Role, quota);
}

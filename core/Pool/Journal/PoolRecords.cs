using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using Recorded = DataPlatform.Core.Pool.Journal.PoolRecord.EventOneofCase;

namespace DataPlatform.Core.Pool.Journal;

/// <summary>Durable events as bytes, and back.</summary>
public static class PoolRecords
{
    /// <exception cref="ArgumentException">The event is not durable.</exception>
    public static byte[] Encode(PoolEvent happened, DateTimeOffset now) => ToRecord(happened, now).ToByteArray();

    /// <exception cref="InvalidDataException">The bytes are no record, or one of a newer version.</exception>
    public static PoolEvent Decode(ReadOnlySpan<byte> bytes) => ToEvent(Parse(PoolRecord.Parser, bytes));

    /// <summary>Events that lead to the same memory as a whole history, in one piece.</summary>
    public static byte[] EncodeSnapshot(IEnumerable<PoolEvent> events, DateTimeOffset now)
    {
        var snapshot = new PoolSnapshot();
        snapshot.Records.Add(events.Select(happened => ToRecord(happened, now)));
        return snapshot.ToByteArray();
    }

    /// <exception cref="InvalidDataException">The bytes are no snapshot, or one of a newer version.</exception>
    public static IEnumerable<PoolEvent> DecodeSnapshot(ReadOnlySpan<byte> bytes) =>
        Parse(PoolSnapshot.Parser, bytes).Records.Select(ToEvent);

    private static PoolRecord ToRecord(PoolEvent happened, DateTimeOffset now)
    {
        var record = new PoolRecord { Time = StatusReports.Time(TimeOf(happened) ?? now) };
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
            case PoolEvent.AgentAdmitted admitted:
                record.AgentAdmitted = new() { Info = admitted.Info };
                break;
            case PoolEvent.AgentBound bound:
                record.AgentBound = new() { AgentId = new AgentID { Value = bound.AgentId }, Principal = bound.Principal };
                break;
            case PoolEvent.AgentBecameUnreachable lost:
                record.AgentBecameUnreachable = new() { AgentId = new AgentID { Value = lost.AgentId } };
                break;
            case PoolEvent.AgentRemoved gone:
                record.AgentRemoved = new() { AgentId = new AgentID { Value = gone.AgentId }, ByOperator = gone.ByOperator };
                break;
            default:
                throw new ArgumentException($"{happened.GetType().Name} is not kept in the journal", nameof(happened));
        }

        return record;
    }

    /// <summary>When the agent or framework went is told to those who ask later.</summary>
    private static DateTimeOffset? TimeOf(PoolEvent happened) => happened switch
    {
        PoolEvent.AgentBecameUnreachable lost => lost.Time,
        PoolEvent.FrameworkRemoved removed => removed.Time,
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
            Recorded.AgentAdmitted => new PoolEvent.AgentAdmitted(record.AgentAdmitted.Info, time),
            Recorded.AgentBound => new PoolEvent.AgentBound(record.AgentBound.AgentId.Value, record.AgentBound.Principal),
            Recorded.AgentBecameUnreachable => new PoolEvent.AgentBecameUnreachable(record.AgentBecameUnreachable.AgentId.Value, time),
            Recorded.AgentRemoved => new PoolEvent.AgentRemoved(record.AgentRemoved.AgentId.Value, time, record.AgentRemoved.ByOperator),
            _ => throw new InvalidDataException("The journal holds a record that a newer master wrote; run that one"),
        };
    }
}

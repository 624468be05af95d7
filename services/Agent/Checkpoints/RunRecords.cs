using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>What the records of one run say together.</summary>
internal sealed class RunRecords
{
    public FrameworkInfo? Framework { get; private set; }

    public TaskInfo? Task { get; private set; }

    public Pod? Pod { get; private set; }

    public ExecutorInfo? Program { get; private set; }

    public bool WasDelivered { get; private set; }

    public List<TaskReport> Statuses { get; } = [];

    public HashSet<ByteString> Acknowledged { get; } = [];

    public (KillIntent Intent, TimeSpan? Deadline)? Kill { get; private set; }

    /// <exception cref="InvalidProtocolBufferException">The record is damaged.</exception>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public void Add(byte kind, ReadOnlyMemory<byte> content)
    {
        if (kind == RunLog.Framework)
            Framework = FrameworkInfo.Parser.ParseFrom(content.Span);
        else if (kind == RunLog.Task)
            Task = TaskInfo.Parser.ParseFrom(content.Span);
        else if (kind == RunLog.Pod)
            Pod = PodRecord.Decode(content.Span);
        else if (kind == RunLog.Program)
            Program = ExecutorInfo.Parser.ParseFrom(content.Span);
        else if (kind == RunLog.Delivered)
            WasDelivered = true;
        else if (kind == RunLog.Status)
            Statuses.Add(TaskReport.Parser.ParseFrom(content.Span));
        else if (kind == RunLog.Acknowledged)
            Acknowledged.Add(ByteString.CopyFrom(content.Span));
        else if (kind == RunLog.Kill && KillRecord.Decode(content.Span) is { } decoded)
            Kill = (decoded.Intent, decoded.Deadline ?? Kill?.Deadline);
    }
}

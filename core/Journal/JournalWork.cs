namespace DataPlatform.Core.Journal;

/// <summary>What the writer is asked to do, with the answer to whoever asked.</summary>
internal abstract class JournalWork
{
    private JournalWork() { }

    public abstract void Fail(Exception reason);

    public sealed class Append(IReadOnlyList<JournalEntry> entries) : JournalWork
    {
        public IReadOnlyList<JournalEntry> Entries { get; } = entries;

        public TaskCompletionSource<long> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Fail(Exception reason) => Done.SetException(reason);
    }

    public sealed class Read : JournalWork
    {
        public TaskCompletionSource<JournalContents> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Fail(Exception reason) => Done.SetException(reason);
    }

    public sealed class Compact(long upToSequence, JournalEntry snapshot) : JournalWork
    {
        public long UpToSequence { get; } = upToSequence;

        public JournalEntry Snapshot { get; } = snapshot;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Fail(Exception reason) => Done.SetException(reason);
    }
}

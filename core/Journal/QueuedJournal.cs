using System.Threading.Channels;

namespace DataPlatform.Core.Journal;

/// <summary>One task owns the store and writes all appends that wait in one transaction of it.</summary>
public abstract class QueuedJournal : IJournal
{
    private const int MostWaiting = 1024;

    private readonly IJournalStore _store;
    private readonly Channel<JournalWork> _waiting = Channel.CreateBounded<JournalWork>(MostWaiting);
    private readonly Task _writer;
    private int _isClosed;

    private protected QueuedJournal(IJournalStore store)
    {
        _store = store;
        _writer = Task.Run(WriteAsync);
    }

    public async Task<JournalContents> ReadAsync(CancellationToken cancellation = default)
    {
        var work = new JournalWork.Read();
        await EnqueueAsync(work, cancellation);
        return await work.Done.Task.WaitAsync(cancellation);
    }

    public async Task<long> AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellation = default)
    {
        var work = new JournalWork.Append(entries);
        await EnqueueAsync(work, cancellation);
        return await work.Done.Task.WaitAsync(cancellation);
    }

    public async Task CompactAsync(long upToSequence, JournalEntry snapshot, CancellationToken cancellation = default)
    {
        var work = new JournalWork.Compact(upToSequence, snapshot);
        await EnqueueAsync(work, cancellation);
        await work.Done.Task.WaitAsync(cancellation);
    }

    /// <summary>Writes what waits, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        _waiting.Writer.TryComplete();
        await _writer;
        _store.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task EnqueueAsync(JournalWork work, CancellationToken cancellation)
    {
        try
        {
            await _waiting.Writer.WriteAsync(work, cancellation);
        }
        catch (ChannelClosedException error)
        {
            throw new JournalException(JournalFault.Closed, $"{_store.Name} is closed", error);
        }
    }

    private async Task WriteAsync()
    {
        var group = new List<JournalWork.Append>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (_waiting.Reader.TryRead(out var work))
            {
                if (work is JournalWork.Append append)
                {
                    group.Add(append);
                    continue;
                }

                Commit(group);
                Carry(work);
            }

            Commit(group);
        }
    }

    private void Commit(List<JournalWork.Append> group)
    {
        if (group.Count == 0)
            return;
        try
        {
            var lasts = _store.Append([.. group.Select(append => append.Entries)]);
            for (var index = 0; index < group.Count; index++)
                group[index].Done.SetResult(lasts[index]);
        }
        catch (Exception error)
        {
            var reason = _store.Explain(error);
            foreach (var append in group)
                append.Done.SetException(reason);
        }

        group.Clear();
    }

    private void Carry(JournalWork work)
    {
        try
        {
            switch (work)
            {
                case JournalWork.Read read:
                    read.Done.SetResult(_store.Read());
                    break;
                case JournalWork.Compact compact:
                    _store.Compact(compact.UpToSequence, compact.Snapshot);
                    compact.Done.SetResult();
                    break;
                default:
                    throw new InvalidOperationException($"{work.GetType().Name} is not carried out alone");
            }
        }
        catch (Exception error)
        {
            work.Fail(_store.Explain(error));
        }
    }
}

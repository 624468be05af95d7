using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace DataPlatform.Core.Journal;

/// <summary>
/// A journal in one SQLite file (with its -wal beside it, a .lock, and a .last that tells when something of it is missing). One task owns the connection and writes all that
/// waits in one transaction, which SQLite syncs to the disk.
/// </summary>
public sealed class SqliteJournal : IJournal
{
    private const int MostWaiting = 1024;

    private readonly OwnerLock _lock;
    private readonly SqliteStore _store;
    private readonly JournalMarker _marker;
    private readonly Channel<JournalWork> _waiting = Channel.CreateBounded<JournalWork>(MostWaiting);
    private readonly Task _writer;
    private int _isClosed;

    private SqliteJournal(string path, OwnerLock ownerLock, SqliteStore store, JournalMarker marker)
    {
        Path = path;
        _lock = ownerLock;
        _store = store;
        _marker = marker;
        _writer = Task.Run(WriteAsync);
    }

    public string Path { get; }

    /// <summary>Opens or creates the file; its directory is there. The file is readable by its owner only.</summary>
    /// <param name="acceptedLast">
    /// Only after a person said so: what was written after this record is lost, go on from there. Null: nothing may be lost.
    /// </param>
    /// <exception cref="JournalException">In use, damaged, not whole, not accessible, or written by a newer version.</exception>
    public static SqliteJournal Open(string path, long? acceptedLast = null)
    {
        var full = System.IO.Path.GetFullPath(path);
        OwnerLock ownerLock;
        try
        {
            ownerLock = OwnerLock.Take(full);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new JournalException(JournalFault.Unavailable, $"{full} cannot be opened: {error.Message}", error);
        }

        try
        {
            var store = SqliteStore.Open(full, JournalMarker.Read(full) ?? 0, acceptedLast);
            var marker = JournalMarker.Open(full);
            marker.Write(store.Last, sync: true);
            return new SqliteJournal(full, ownerLock, store, marker);
        }
        catch (IOException error)
        {
            ownerLock.Dispose();
            throw new JournalException(JournalFault.Unavailable, $"{JournalMarker.PathOf(full)} cannot be used: {error.Message}", error);
        }
        catch
        {
            ownerLock.Dispose();
            throw;
        }
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
        _marker.Write(_store.Last, sync: true);
        _store.Dispose();
        _marker.Dispose();
        _lock.Dispose();
    }

    private async Task EnqueueAsync(JournalWork work, CancellationToken cancellation)
    {
        try
        {
            await _waiting.Writer.WriteAsync(work, cancellation);
        }
        catch (ChannelClosedException error)
        {
            throw new JournalException(JournalFault.Closed, $"{Path} is closed", error);
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
            _marker.Write(_store.Last);
            for (var index = 0; index < group.Count; index++)
                group[index].Done.SetResult(lasts[index]);
        }
        catch (Exception error)
        {
            var reason = Explain(error);
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
            work.Fail(Explain(error));
        }
    }

    private Exception Explain(Exception error) => error is SqliteException sqlite ? SqliteStore.Explain(Path, sqlite) : error;
}

namespace DataPlatform.Core.Journal;

/// <summary>
/// A journal in one SQLite file, with its -wal beside it, a .lock, and a .last that tells when something of it is missing.
/// SQLite syncs every transaction to the disk.
/// </summary>
public sealed class SqliteJournal : QueuedJournal
{
    private SqliteJournal(string path, SqliteStore store) : base(store) => Path = path;

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
            return new SqliteJournal(full, SqliteStore.Open(full, ownerLock, acceptedLast));
        }
        catch
        {
            ownerLock.Dispose();
            throw;
        }
    }
}

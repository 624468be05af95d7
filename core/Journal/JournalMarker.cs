using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Core.Journal;

/// <summary>
/// A small file beside a journal, or another database, with the number of the last record or write that was committed. SQLite takes a damaged or missing
/// -wal file for one that was never written; this file knows better. It may be behind after a power loss, never ahead.
/// </summary>
public sealed class JournalMarker : IDisposable
{
    /// <summary>It follows every commit; the disk need not hear of each.</summary>
    private const int SyncEvery = 64;

    private const int Digits = 20;

    private readonly SafeFileHandle file;
    private int unsynced;

    private JournalMarker(SafeFileHandle file) => this.file = file;

    public static string PathOf(string journalPath) => journalPath + ".last";

    /// <summary>What it says; null when it is not there or says nothing.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public static long? Read(string journalPath)
    {
        var path = PathOf(journalPath);
        return File.Exists(path) && long.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? sequence
            : null;
    }

    /// <exception cref="IOException">It can't be opened.</exception>
    public static JournalMarker Open(string journalPath)
    {
        var path = PathOf(journalPath);
        var isNew = !File.Exists(path);
        if (isNew)
        {
            new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }).Dispose();
        }

        return new JournalMarker(File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite));
    }

    /// <summary>
    /// What can't be written here is left out: the journal itself is safe, and the marker says less than it could, but nothing wrong.
    /// </summary>
    public void Write(long sequence, bool sync = false)
    {
        try
        {
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(sequence.ToString(CultureInfo.InvariantCulture).PadLeft(Digits, '0') + "\n"), 0);
            if (!sync && ++unsynced < SyncEvery)
                return;
            RandomAccess.FlushToDisk(file);
            unsynced = 0;
        }
        catch (IOException)
        {
            // As said above.
        }
    }

    public void Dispose() => file.Dispose();
}

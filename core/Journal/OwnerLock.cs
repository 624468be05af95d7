using System.Globalization;

namespace DataPlatform.Core.Journal;

/// <summary>
/// Keeps a second process away. The operating system lets the lock go when its holder dies, however it dies, so nothing
/// stale can stand in the way of the next.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;

    private OwnerLock(FileStream file) => _file = file;

    /// <exception cref="JournalException">Someone else holds it; the message says who.</exception>
    public static OwnerLock Take(string journalPath)
    {
        var path = journalPath + ".lock";
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException error) when (File.Exists(path))
        {
            throw new JournalException(JournalFault.InUse,
                $"{journalPath} is in use by {Holder(journalPath)}; end that one first or choose another directory", error);
        }

        // Beside the lock, because what is locked cannot be read.
        try
        {
            File.WriteAllText(OwnerPath(journalPath), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // For people alone: a full disk must not keep the journal from being read.
        }

        return new OwnerLock(file);
    }

    public void Dispose() => _file.Dispose();

    private static string OwnerPath(string journalPath) => journalPath + ".owner";

    private static string Holder(string journalPath)
    {
        try
        {
            return int.TryParse(File.ReadAllText(OwnerPath(journalPath)), CultureInfo.InvariantCulture, out var process)
                ? $"process {process}"
                : "another process";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}

using System.Buffers;
using System.Text;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>
/// The histories of all tasks of one executor in one file, each record with the task that it is of: what many tasks have to remember at
/// a time costs one wait for the disk. Tasks that are forgotten go from the file when most of it is theirs.
/// </summary>
internal sealed class ExecutorHistory
{
    private const long WorthWritingAnew = 1 << 20;

    private readonly string path;
    private readonly Dictionary<string, long> tasks = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> waiting = new();
    private bool mustReachTheDisk;
    private long size;
    private long living;
    private long writeAnewAt = WorthWritingAnew;

    private ExecutorHistory(string path, string executor)
    {
        this.path = path;
        Executor = executor;
    }

    /// <summary>The executor's container.</summary>
    public string Executor { get; }

    /// <summary>The containers of those that are not forgotten.</summary>
    public IReadOnlyCollection<string> Tasks => tasks.Keys;

    public static ExecutorHistory New(string folder, string executor) => new(Path.Combine(folder, executor), executor);

    /// <summary>As an earlier process left it, with the records of each task; a record that a crash cut short is cut off.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public static ExecutorHistory Read(string path, out IReadOnlyDictionary<string, List<(byte Kind, ReadOnlyMemory<byte> Content)>> records)
    {
        var history = new ExecutorHistory(path, Path.GetFileName(path));
        var found = new Dictionary<string, List<(byte Kind, ReadOnlyMemory<byte> Content)>>(StringComparer.Ordinal);
        foreach (var (kind, content) in RunLog.Read(path))
        {
            history.size += RunLog.SizeOf(content.Length);
            if (kind != RunLog.Under || Split(content) is not var (task, inner, rest))
                continue;
            if (inner == RunLog.Gone)
                history.Drop(task);
            else
                history.Count(task, RunLog.SizeOf(content.Length));
            if (inner == RunLog.Gone)
                found.Remove(task);
            else if (found.TryGetValue(task, out var earlier))
                earlier.Add((inner, rest));
            else
                found[task] = [(inner, rest)];
        }

        using (var file = File.OpenWrite(path))
        {
            if (file.Length > history.size)
                file.SetLength(history.size);
        }

        records = found;
        return history;
    }

    public void Append(string task, byte kind, ReadOnlySpan<byte> content)
    {
        Count(task, Write(task, kind, content));
        mustReachTheDisk = true;
    }

    /// <summary>Nobody asks for the task any more. When that is lost with the host's power, its last update is sent once more, and known already.</summary>
    public void Forget(string task)
    {
        if (Drop(task))
            Write(task, RunLog.Gone, []);
    }

    /// <summary>What was appended is on the disk afterwards, or lost.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Flush()
    {
        if (waiting.WrittenCount == 0)
            return;
        try
        {
            Durable.Append(path, waiting.WrittenSpan, mustReachTheDisk);
            if (size == 0)
                FolderSync.Flush(Path.GetDirectoryName(path)!);
            size += waiting.WrittenCount;
        }
        finally
        {
            waiting.ResetWrittenCount();
            mustReachTheDisk = false;
        }

        if (size > writeAnewAt && size > 2 * living)
            WriteAnew();
    }

    public void Delete() => File.Delete(path);

    private void WriteAnew()
    {
        // Should it fail, it is tried again when the file has grown.
        writeAnewAt = 2 * size;
        var kept = new ArrayBufferWriter<byte>();
        foreach (var (kind, content) in RunLog.Read(path))
        {
            if (kind == RunLog.Under && Split(content) is var (task, _, _) && tasks.ContainsKey(task))
                RunLog.Write(kept, kind, content.Span);
        }

        AtomicFile.Write(path, kept.WrittenSpan);
        size = living = kept.WrittenCount;
        writeAnewAt = WorthWritingAnew;
    }

    private void Count(string task, long bytes)
    {
        tasks[task] = tasks.GetValueOrDefault(task) + bytes;
        living += bytes;
    }

    private bool Drop(string task)
    {
        if (!tasks.Remove(task, out var bytes))
            return false;
        living -= bytes;
        return true;
    }

    private long Write(string task, byte kind, ReadOnlySpan<byte> content)
    {
        var name = Encoding.UTF8.GetBytes(task);
        var before = waiting.WrittenCount;
        RunLog.Write(waiting, RunLog.Under, [(byte)name.Length, .. name, kind, .. content]);
        return waiting.WrittenCount - before;
    }

    private static (string Task, byte Kind, ReadOnlyMemory<byte> Content)? Split(ReadOnlyMemory<byte> record)
    {
        var bytes = record.Span;
        return bytes.Length < 2 || bytes.Length < bytes[0] + 2
            ? null
            : (Encoding.UTF8.GetString(bytes.Slice(1, bytes[0])), bytes[bytes[0] + 1], record[(bytes[0] + 2)..]);
    }
}

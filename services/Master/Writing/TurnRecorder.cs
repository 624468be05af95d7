using System.Security.Cryptography;
using System.Threading.Channels;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Recording;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Master.Settings;

namespace DataPlatform.Services.Master.Writing;

/// <summary>
/// Writes one term's turns to a file of its own, on a loop of its own: whatever goes wrong with it ends the recording and nothing
/// else.
/// </summary>
public sealed class TurnRecorder : IAsyncDisposable
{
    private const int KeptFiles = 4;
    private const int MostWaiting = 4_096;
    private const string Ending = ".turns";

    private const int MaskKeyBytes = 32;

    private readonly Channel<PoolTurn> queue = Channel.CreateBounded<PoolTurn>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly RecordingWriter writer;
    private readonly RecordingSettings settings;
    private readonly ILogger<TurnRecorder> log;
    private readonly DateTimeOffset start;
    private FileStream? file;
    private Task writing = Task.CompletedTask;

    private TurnRecorder(RecordingSettings settings, DateTimeOffset start, ILogger<TurnRecorder> log) =>
        (this.settings, this.start, this.log, writer) =
            (settings, start, log, new RecordingWriter(RandomNumberGenerator.GetBytes(MaskKeyBytes), settings.MostBytes));

    /// <param name="state">Nothing has happened to it yet.</param>
    public static TurnRecorder Begin(RecordingSettings settings, PoolState state, ILogger<TurnRecorder> log)
    {
        var recorder = new TurnRecorder(settings, state.StartTime, log);
        recorder.Try(() =>
        {
            recorder.MakeRoom();
            var path = Path.Combine(settings.Directory, $"{state.StartTime:yyyyMMdd'T'HHmmssfff}-{state.Master.Id}{Ending}");
            recorder.file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, UnixCreateMode = AtomicFile.OwnerOnly,
            });
            recorder.Write(recorder.writer.Begin(state));
            log.LogInformation("decisions are recorded in {File}, up to {Bytes} bytes", path, settings.MostBytes);
        });
        return recorder;
    }

    /// <summary>An event that the state was brought to before its first turn.</summary>
    public void Recover(PoolEvent happened) => Try(() => Write(writer.Recover(happened, start)));

    /// <summary>Everything is recovered; turns come from now on.</summary>
    public void Start() => writing = Task.Run(RunAsync);

    /// <summary>Waits while too many turns wait for the disk.</summary>
    public ValueTask RecordAsync(PoolTurn turn, CancellationToken cancellation) => queue.Writer.WriteAsync(turn, cancellation);

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        Try(() =>
        {
            file?.Write(writer.End("the master's term ended"));
            Close();
        });
    }

    private async Task RunAsync()
    {
        await foreach (var turn in queue.Reader.ReadAllAsync())
        {
            Try(() =>
            {
                foreach (var (command, decision) in file is null ? [] : turn.Decisions)
                {
                    if (writer.Decide(turn.Now, command, decision) is { } line)
                        Write(line);
                }

                if (queue.Reader.Count == 0)
                    file?.Flush();
            });
        }
    }

    private void Write(byte[] line)
    {
        file?.Write(line);
        if (!writer.IsOver || file is null)
            return;
        log.LogWarning("the recording {File} has its {Bytes} bytes and ends", file.Name, settings.MostBytes);
        Close();
    }

    private void Close()
    {
        var ended = file;
        file = null;
        ended?.Dispose();
    }

    private void Try(Action act)
    {
        try
        {
            act();
        }
        catch (Exception error)
        {
            // Whatever it was: the pool goes on.
            log.LogError(error, "decisions are not recorded any more in this term");
            Abandon();
        }
    }

    private void Abandon()
    {
        try
        {
            Close();
        }
        catch (IOException)
        {
            // What was still to be written can't be.
        }
    }

    private void MakeRoom()
    {
        foreach (var old in Directory.EnumerateFiles(settings.Directory, "*" + Ending).OrderDescending(StringComparer.Ordinal).Skip(KeptFiles - 1))
            File.Delete(old);
    }
}

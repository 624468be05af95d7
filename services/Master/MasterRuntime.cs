using System.Threading.Channels;
using DataPlatform.Core.Pool;
using DataPlatform.Services.Master.Streams;
using DataPlatform.Services.Master.Writing;

namespace DataPlatform.Services.Master;

/// <summary>The running master: its writer, its open streams, its clock.</summary>
public sealed class MasterRuntime(PoolWriter writer, StreamTable streams, PoolSettings settings, TimeProvider time, ILogger<MasterRuntime> log)
    : IAsyncDisposable
{
    /// <summary>Short against every time limit that a tick looks after.</summary>
    private static readonly TimeSpan LongestTick = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource stopping = new();
    private Task writing = Task.CompletedTask;
    private Task ticking = Task.CompletedTask;

    public PoolWriter Writer { get; } = writer;

    public StreamTable Streams { get; } = streams;

    public TimeProvider Time { get; } = time;

    public TimeSpan HeartbeatInterval { get; } = settings.HeartbeatInterval;

    /// <param name="failed">Called when the writer can't go on: its state is not to be trusted any more.</param>
    public void Start(Action<Exception> failed)
    {
        writing = Task.Run(async () =>
        {
            try
            {
                await Writer.RunAsync(stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (Exception error)
            {
                log.LogCritical(error, "The pool's writer failed; the master ends");
                failed(error);
            }
        });
        ticking = Task.Run(TickAsync);
    }

    /// <summary>For news that nobody waits for. Dropped while the master stops: its own end is no event of the pool.</summary>
    public async ValueTask TellAsync(PoolCommand command)
    {
        try
        {
            await Writer.PostAsync(command, stopping.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
        {
        }
    }

    public async ValueTask ForgetOperatorAsync(EventStream stream)
    {
        try
        {
            await Writer.RemoveOperatorAsync(stream, stopping.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
        {
        }
    }

    /// <summary>Ends the writer, then every stream.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(writing, ticking);
        Streams.CompleteAll();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }

    private async Task TickAsync()
    {
        var shortest = new[] { LongestTick, settings.AgentPingTimeout / 4, settings.AllocationInterval / 4 }.Min();
        using var timer = new PeriodicTimer(shortest > TimeSpan.FromMilliseconds(1) ? shortest : TimeSpan.FromMilliseconds(1), Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
                await Writer.PostAsync(new PoolCommand.Tick(), stopping.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
        {
        }
    }
}

using System.Threading.Channels;
using DataPlatform.Core.Pool;
using DataPlatform.Services.Master.Reading;
using DataPlatform.Services.Hosting.Serving.Streams;
using DataPlatform.Services.Master.Writing;

namespace DataPlatform.Services.Master;

/// <summary>One term of a master that leads: its writer, the copy for readers, its open streams, its clock.</summary>
public sealed class MasterRuntime(PoolWriter writer, PoolReplica replica, StreamTable streams, PoolSettings settings, TimeProvider time)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private Task writing = Task.CompletedTask;
    private Task folding = Task.CompletedTask;
    private Task ticking = Task.CompletedTask;

    public PoolWriter Writer { get; } = writer;

    /// <summary>Answers all reads.</summary>
    public PoolReplica Replica { get; } = replica;

    public StreamTable Streams { get; } = streams;

    public TimeProvider Time { get; } = time;

    /// <summary>Status updates of one call of an agent, at most.</summary>
    public int MostAgentUpdates { get; } = settings.Limits.AgentUpdates;

    public TimeSpan HeartbeatInterval { get; } = settings.HeartbeatInterval;

    public void Start()
    {
        writing = Task.Run(() => Writer.RunAsync(stopping.Token));
        folding = Task.Run(() => Replica.RunAsync(stopping.Token));
        ticking = Task.Run(TickAsync);
    }

    /// <summary>What ended the term; cancelled when it was stopped.</summary>
    public async Task WaitAsync() => await await Task.WhenAny(writing, folding);

    /// <summary>For news that nobody waits for. Dropped while the term ends: its own end is no event of the pool.</summary>
    public ValueTask TellAsync(PoolCommand command) => UnlessOver(() => Writer.PostAsync(command, stopping.Token));

    public ValueTask ForgetOperatorAsync(EventStream stream) => UnlessOver(() => Replica.RemoveOperatorAsync(stream, stopping.Token));

    /// <summary>Ends the writer and the copy, then every stream.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(writing, folding, ticking).ContinueWith(_ => { }, TaskScheduler.Default);
        Streams.CompleteAll();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(settings.TickInterval, Time);
        await UnlessOver(async () =>
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
                await Writer.PostAsync(new PoolCommand.Tick(), stopping.Token);
        });
    }

    private static async ValueTask UnlessOver(Func<ValueTask> act)
    {
        try
        {
            await act();
        }
        catch (Exception error) when (error is OperationCanceledException or ChannelClosedException or ObjectDisposedException)
        {
        }
    }
}

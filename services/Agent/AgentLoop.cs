using System.Threading.Channels;
using DataPlatform.Services.Agent.Decisions;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent;

/// <summary>
/// The one writer: takes inputs in turn, decides, carries the effects out, and wakes itself when a decision is due. Others
/// see the state only through <see cref="ReadAsync"/>.
/// </summary>
internal sealed class AgentLoop(AgentCore core, Action<AgentEffect> carryOut, TimeProvider time, ILogger log)
{
    private const int Capacity = 4096;

    private readonly Channel<Turn> turns = Channel.CreateBounded<Turn>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    public ValueTask PostAsync(AgentInput input) => turns.Writer.WriteAsync(new Turn(input, null));

    /// <summary>Computes something from the state between two inputs; what comes out must not change any more.</summary>
    public async Task<T> ReadAsync<T>(Func<AgentCore, T> read)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await turns.Writer.WriteAsync(new Turn(null, () =>
        {
            try
            {
                done.SetResult(read(core));
            }
            catch (Exception problem)
            {
                done.SetException(problem);
            }
        }));
        return await done.Task;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var wake = time.CreateTimer(
            _ => turns.Writer.TryWrite(new Turn(new AgentInput.Tick(), null)), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        DateTimeOffset? armed = null;
        try
        {
            await foreach (var turn in turns.Reader.ReadAllAsync(stop))
            {
                turn.Read?.Invoke();
                if (turn.Input is { } input)
                    Handle(input);
                if (turn.Input is AgentInput.Tick)
                    armed = null;
                if (core.NextWake is { } next && (armed is null || next < armed))
                {
                    armed = next;
                    var wait = next - time.GetUtcNow();
                    wake.Change(wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    private void Handle(AgentInput input)
    {
        foreach (var effect in core.Decide(input, time.GetUtcNow()))
        {
            try
            {
                carryOut(effect);
            }
            catch (Exception problem)
            {
                // A full disk must not end the agent: the update goes out all the same, it is only not remembered.
                log.LogError("{Effect} failed: {Problem}", effect.GetType().Name, problem.Message);
            }
        }
    }

    private readonly record struct Turn(AgentInput? Input, Action? Read);
}

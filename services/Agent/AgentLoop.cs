using System.Threading.Channels;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Agent;

/// <summary>
/// The one writer: takes the inputs that wait, decides one after another, has all their effects carried out together, and
/// wakes itself when a decision is due. Others see the state only through <see cref="ReadAsync"/>, and never what is not
/// carried out yet.
/// </summary>
internal sealed class AgentLoop(AgentCore core, Action<IReadOnlyList<AgentEffect>> carryOut, TimeProvider time)
{
    private const int Capacity = 4096;
    private const int LargestBatch = 256;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

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
        TimeSpan? armed = null;
        var effects = new List<AgentEffect>();
        var reads = new List<Action>();
        try
        {
            while (await turns.Reader.WaitToReadAsync(stop))
            {
                for (var count = 0; count < LargestBatch && turns.Reader.TryRead(out var turn); count++)
                {
                    if (turn.Read is { } read)
                        reads.Add(read);
                    if (turn.Input is { } input)
                        effects.AddRange(core.Decide(input, AgentTime.Of(time)));
                    if (turn.Input is AgentInput.Tick)
                        armed = null;
                }

                if (effects.Count > 0)
                    carryOut(effects);
                effects.Clear();
                reads.ForEach(read => read());
                reads.Clear();
                if (core.NextWake is { } next && (armed is null || next < armed))
                {
                    armed = next;
                    var now = AgentTime.Of(time).Steady;
                    wake.Change(next > now + ShortestWait ? next - now : ShortestWait, Timeout.InfiniteTimeSpan);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    private readonly record struct Turn(AgentInput? Input, Action? Read);
}

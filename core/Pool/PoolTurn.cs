namespace DataPlatform.Core.Pool;

/// <summary>
/// One turn of the writer: commands decided and applied one after another on its state. Nothing of it may be seen, no effect
/// carried out and no outcome told, before its durable events are in the journal, all at once. When they can't be, the
/// state is ahead of what really happened and must be thrown away with the turn.
/// </summary>
public sealed class PoolTurn(PoolState state, DateTimeOffset now)
{
    private readonly List<PoolEvent> events = [];
    private readonly List<PoolEffect> effects = [];
    private readonly List<(PoolCommand Command, Decision Decision)> decisions = [];

    /// <summary>All that happened, in order: whoever folds them comes to the same state.</summary>
    public IReadOnlyList<PoolEvent> Events => events;

    /// <summary>To be carried out in order, once the events are safe.</summary>
    public IReadOnlyList<PoolEffect> Effects => effects;

    /// <summary>What was asked and decided, in order.</summary>
    public IReadOnlyList<(PoolCommand Command, Decision Decision)> Decisions => decisions;

    /// <summary>On the pool's own clock.</summary>
    public DateTimeOffset Now => now;

    /// <summary>When this turn is, for people.</summary>
    public DateTimeOffset OnTheWall => state.OnTheWall(now);

    public PoolOutcome Take(PoolCommand command) => Take(command, Decide(command));

    /// <summary>What would happen; nothing has.</summary>
    public Decision Decide(PoolCommand command) => Pool.Decide(state, command, now);

    /// <param name="decision">The last one that was decided, with nothing taken since.</param>
    public PoolOutcome Take(PoolCommand command, Decision decision)
    {
        decisions.Add((command, decision));
        foreach (var happened in decision.Events)
            state.Apply(happened);
        events.AddRange(decision.Events);
        effects.AddRange(decision.Effects);
        return decision.Outcome;
    }

    /// <summary>Offers what has come free. The last thing in a turn, so that its commands share one allocation. More may be left for the next turn.</summary>
    public void Allocate()
    {
        if (state.HasAgentsToAllocate)
            Take(new PoolCommand.Allocate());
    }
}

using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool.Recording;

/// <summary>One line of a recording: what a master began with, what it was asked and what it decided.</summary>
public abstract record RecordingEntry
{
    private RecordingEntry()
    {
    }

    /// <summary>A master's term began. What it recovered follows, then its decisions.</summary>
    public sealed record Began(int Version, MasterInfo Master, PoolSettings Settings, DateTimeOffset Start) : RecordingEntry
    {
        /// <summary>Recordings of other versions are refused.</summary>
        public const int Current = 2;
    }

    /// <summary>A durable event of earlier masters, as <see cref="PoolState.Recover"/> took it.</summary>
    public sealed record Recovered(ReadOnlyMemory<byte> Record) : RecordingEntry;

    /// <summary>A command, decided at a time on the pool's own clock.</summary>
    /// <param name="Events">Each as <see cref="RecordingText.Of(PoolEvent)"/> has it.</param>
    /// <param name="Messages">Each as <see cref="RecordingText.SumOf(PoolEffect)"/> has it, in the order in which they were sent.</param>
    /// <param name="Outcome">What its caller was told.</param>
    public sealed record Decided(
        DateTimeOffset Now, PoolCommand Command, string Outcome, IReadOnlyList<string> Events, IReadOnlyList<string> Messages) : RecordingEntry;

    /// <summary>Nothing more was recorded, and why.</summary>
    public sealed record Ended(string Reason) : RecordingEntry;
}

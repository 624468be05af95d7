namespace DataPlatform.Benchmarks.Fleet;

/// <summary>What a master's decisions survive in: here the file in its work directory.</summary>
internal class FailoverJournal : IAsyncDisposable
{
    /// <summary>Why there is none; null when there is.</summary>
    public virtual string? WhyNot => null;

    /// <summary>With which a master finds it.</summary>
    public virtual IReadOnlyList<string> Settings => [];

    /// <summary>What it adds to the time of a fail-over.</summary>
    public virtual string Note => "";

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

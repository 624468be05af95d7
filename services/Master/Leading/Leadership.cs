using DataPlatform.Core.Journal;
using DataPlatform.Services.Master.Writing;

namespace DataPlatform.Services.Master.Leading;

/// <summary>How this process comes to lead, and how it learns that it no longer does. Used by one loop.</summary>
public abstract class Leadership : IAsyncDisposable
{
    /// <summary>No other process can lead.</summary>
    public virtual bool IsSole => false;

    /// <summary>Another process that leads now; null when none does that is known.</summary>
    public virtual Leader? Other => null;

    /// <summary>Why nobody can be found that leads; null when nothing is wrong.</summary>
    public virtual string? Trouble => null;

    /// <summary>Returns when this process leads, with the journal that it writes in this term.</summary>
    public abstract Task<MasterJournal> TakeAsync(CancellationToken cancellation);

    /// <summary>Keeps the lead, and returns when it is lost.</summary>
    public abstract Task KeepAsync(CancellationToken cancellation);

    /// <summary>The term is over; the process may lead again.</summary>
    public abstract ValueTask EndAsync(MasterJournal journal);

    /// <summary>Lets others lead.</summary>
    public abstract ValueTask DisposeAsync();
}

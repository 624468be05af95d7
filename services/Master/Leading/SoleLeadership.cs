using DataPlatform.Services.Master.Writing;

namespace DataPlatform.Services.Master.Leading;

/// <summary>A journal that one process at a time has open: whoever has it leads.</summary>
public sealed class SoleLeadership(MasterJournal journal) : Leadership
{
    public override bool IsSole => true;

    public override Task<MasterJournal> TakeAsync(CancellationToken cancellation) => Task.FromResult(journal);

    public override Task KeepAsync(CancellationToken cancellation) => Task.Delay(Timeout.Infinite, cancellation);

    public override ValueTask EndAsync(MasterJournal journal) => ValueTask.CompletedTask;

    public override ValueTask DisposeAsync() => journal.DisposeAsync();
}

using DataPlatform.Core.Journal;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Master;
using DataPlatform.Services.Master.Leading;
using DataPlatform.Services.Master.Writing;
using DataPlatform.Services.Tests.Master.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataPlatform.Services.Tests.Master.Leading;

/// <summary>A term begins and ends with its lease, however slow the journal is.</summary>
public sealed class TermTests : IAsyncDisposable
{
    private readonly TaskCompletionSource slow = new();
    private readonly FaultyJournal journal = new();
    private readonly HeldLease lease;
    private readonly MasterTerms terms;

    public TermTests()
    {
        lease = new HeldLease(journal);
        terms = new MasterTerms(lease, () => new MasterInfo { Id = "M", Ip = 0, Port = 5050 },
            new PoolSettings { Access = AccessRules.Everybody }, TimeProvider.System, NullLoggerFactory.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        slow.TrySetResult();
        await terms.DisposeAsync();
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_is_kept_while_the_journal_is_still_read()
    {
        journal.Gate = slow.Task;
        await terms.StartAsync(_ => { });
        await RunningPool.WaitAsync(() => Task.FromResult(lease.IsKept));
        terms.Current.ShouldBeNull();
        slow.SetResult();
        await LeadsAsync();
    }

    [Fact]
    public async Task What_waits_for_a_journal_that_does_not_answer_does_not_hold_up_the_end_of_a_lease()
    {
        await terms.StartAsync(_ => { });
        var term = await LeadsAsync();
        journal.Gate = slow.Task;
        var subscribe = new SchedulerCall { Type = SchedulerCall.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = new() { Name = "waits", User = "nobody" } } };
        var waiting = term.Writer.DecideAsync(new PoolCommand.Subscribe(subscribe, "stream", Caller.Platform), default);

        lease.Lose();

        (await waiting.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeOfType<PoolOutcome.Refused>().Kind.ShouldBe(RefusalKind.Unavailable);
    }

    [Fact]
    public async Task A_master_that_has_not_learned_yet_that_its_lease_is_over_does_not_say_that_it_leads()
    {
        await terms.StartAsync(_ => { });
        await LeadsAsync();

        lease.MayAct = false;

        terms.Current.ShouldBeNull();
        terms.Condition.ShouldBeOfType<MasterCondition.Recovering>();
    }

    private async Task<MasterRuntime> LeadsAsync()
    {
        await RunningPool.WaitAsync(() => Task.FromResult(terms.Current is not null));
        return terms.Current!;
    }

    /// <summary>A lease that the test ends.</summary>
    private sealed class HeldLease(IJournal journal) : Leadership
    {
        private readonly TaskCompletionSource lost = new();
        private MasterJournal? taken;

        public bool IsKept { get; private set; }

        public bool MayAct { get; set; } = true;

        public void Lose()
        {
            taken!.Depose();
            lost.SetResult();
        }

        public override Task<MasterJournal> TakeAsync(CancellationToken cancellation) => lost.Task.IsCompleted
            ? Task.Delay(Timeout.Infinite, cancellation).ContinueWith<MasterJournal>(_ => throw new OperationCanceledException(cancellation), TaskScheduler.Default)
            : Task.FromResult(taken = new MasterJournal(journal, NullLogger<MasterJournal>.Instance, mayAct: () => MayAct));

        public override Task KeepAsync(CancellationToken cancellation)
        {
            IsKept = true;
            return lost.Task.WaitAsync(cancellation);
        }

        public override ValueTask EndAsync(MasterJournal journal) => ValueTask.CompletedTask;

        public override ValueTask DisposeAsync() => taken?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

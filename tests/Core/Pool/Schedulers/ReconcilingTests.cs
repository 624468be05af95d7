using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Tests.Pool.Schedulers;

public sealed class ReconcilingTests
{
    private readonly PoolUnderTest pool = new(new PoolSettings { Reconciliations = new Budget(PerSecond: 10, Most: 100) });

    [Fact]
    public void Who_asks_for_the_state_of_too_many_tasks_waits_and_others_do_not()
    {
        var greedy = pool.Subscribe("greedy");
        var modest = pool.Subscribe("modest");

        Ask(greedy, 90).ShouldBe(PoolOutcome.Taken);
        Ask(greedy, 90).ShouldBe(PoolOutcome.Taken);
        var refused = Ask(greedy, 1).ShouldBeOfType<PoolOutcome.Refused>();

        refused.Kind.ShouldBe(RefusalKind.TooMany);
        refused.Message.ShouldContain("10 a second");
        pool.StatusesTo("greedy").Count().ShouldBe(180);
        Ask(modest, 90).ShouldBe(PoolOutcome.Taken);
        pool.Pass(TimeSpan.FromSeconds(10));
        Ask(greedy, 1).ShouldBe(PoolOutcome.Taken);
    }

    [Fact]
    public void Asking_for_everything_counts_as_many_as_are_told_and_at_least_one()
    {
        var framework = pool.Subscribe("f");

        for (var count = 0; count < 100; count++)
            Ask(framework, 0).ShouldBe(PoolOutcome.Taken);

        Ask(framework, 0).ShouldBeOfType<PoolOutcome.Refused>().Kind.ShouldBe(RefusalKind.TooMany);
    }

    private PoolOutcome Ask(string framework, int tasks) => pool.Call(framework, call =>
    {
        call.Type = SchedulerCall.Types.Type.Reconcile;
        call.Reconcile = new();
        call.Reconcile.Tasks.Add(Enumerable.Range(0, tasks).Select(number =>
            new SchedulerCall.Types.Reconcile.Types.Task { TaskId = new TaskID { Value = $"{number}" } }));
    });
}

using DataPlatform.Core.Allocation;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Journal;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Core.Tests.Pool.Maintenance;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Core.Tests.Pool.Journal;

public sealed class PoolRecordsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PoolUnderTest pool = new();

    [Fact]
    public void Every_durable_event_is_the_same_after_the_journal()
    {
        var framework = new FrameworkInfo { User = "u", Name = "n", Id = new FrameworkID { Value = "F" } };
        var agent = new AgentInfo { Hostname = "h", Id = new AgentID { Value = "A" } };
        var uuid = PoolUnderTest.Uuid(7);
        var reserved = ResourceText.Parse("cpus(team):1");
        PoolEvent[] events =
        [
            new PoolEvent.FrameworkAdmitted(framework, Now, Recovered: true), new PoolEvent.FrameworkChanged(framework),
            new PoolEvent.FrameworkRemoved("F", Now), new PoolEvent.AgentAdmitted(agent, Now), new PoolEvent.AgentBound("A", "p"),
            new PoolEvent.AgentBecameUnreachable("A", Now), new PoolEvent.AgentRemoved("A", Now, ByOperator: true),
            new PoolEvent.AgentDeactivated("A", new DrainConfig { MarkGone = true }, Now), new PoolEvent.AgentReactivated("A"),
            new PoolEvent.AgentConverted("A", reserved), new PoolEvent.OperationAdded(uuid, "F", "A", new() { Type = OperationType.Reserve },
                new ResourceConversion(ResourceText.Parse("cpus:1"), reserved)),
            new PoolEvent.OperationEnded(uuid, OperationState.OperationFailed, "no space"), new PoolEvent.OperationAcknowledged(uuid),
            new PoolEvent.OperationReversed(uuid), new PoolEvent.OperationRemoved(uuid),
            new PoolEvent.QuotaUpdated("r", new Quota(ResourceText.Parse("cpus:1").Quantities, ResourceText.Parse("cpus:2.5;mem:64").Quantities)),
            new PoolEvent.WeightUpdated("r", 2.5), new PoolEvent.MaintenanceScheduled(new Schedule { Windows = { Windows.Of(5, "a", "b@10.0.0.1") } }),
            new PoolEvent.MachineWentDown(Windows.MachineOf("a")), new PoolEvent.MachineCameUp(Windows.MachineOf("b@10.0.0.1")),
        ];

        events.Select(happened => PoolRecords.Decode(PoolRecords.Encode(happened, Now))).ShouldBe(events);
        var durable = typeof(PoolEvent).GetNestedTypes().Where(type => type.GetProperty(nameof(PoolEvent.Durable))!.DeclaringType == type);
        durable.ShouldBe(events.Select(happened => happened.GetType()), ignoreOrder: true);
    }

    [Fact]
    public void Bytes_that_are_no_record_are_named_so() =>
        Should.Throw<InvalidDataException>(() => PoolRecords.Decode([0xff, 0xff, 0xff]));

    [Fact]
    public void A_recovered_pool_remembers_what_its_journal_says()
    {
        pool.Register("a");
        var lost = pool.Register("b");
        var gone = pool.Register("c");
        var kept = pool.Subscribe("kept");
        var over = pool.Subscribe("over");
        pool.Do(new PoolCommand.TearDown(over, Caller.Platform));
        pool.Do(new PoolCommand.MarkAgentGone(gone, Caller.Platform));
        pool.Events.Add(new PoolEvent.AgentBecameUnreachable(lost, pool.Now));
        var limit = new QuotaConfig { Role = "role", Limits = { ["cpus"] = new Value.Types.Scalar { Value = 0.5 } } };
        pool.Do(new PoolCommand.UpdateQuotas([limit], Force: false, Caller.Platform)).ShouldBe(PoolOutcome.Ok);
        pool.Do(new PoolCommand.UpdateWeights([new WeightInfo { Role = "role", Weight = 3 }], Caller.Platform)).ShouldBe(PoolOutcome.Ok);

        var recovered = Recover(pool.Events.Where(happened => happened.Durable)
            .Select(happened => PoolRecords.Decode(PoolRecords.Encode(happened, pool.Now))));
        var again = Recover(PoolRecords.DecodeSnapshot(PoolRecords.EncodeSnapshot(recovered.Remembered(), Now)));

        foreach (var state in new[] { recovered, again })
        {
            state.Frameworks.Keys.ShouldBe([kept]);
            state.Frameworks[kept].IsRecovered.ShouldBeTrue();
            state.CompletedFrameworks.Keys.ShouldBe([over]);
            state.RecoveredAgents.Count.ShouldBe(1);
            state.UnreachableAgents.Keys.ShouldBe([lost]);
            state.RemovedAgents[gone].ShouldBeTrue();
            state.Agents.ShouldBeEmpty();
            state.Quotas.ShouldBe(pool.State.Quotas);
            state.Quotas["role"].Limits["cpus"].ShouldBe(ResourceAmount.FromThousandths(500));
            state.WeightOf("role").ShouldBe(3);
        }
    }

    private static PoolState Recover(IEnumerable<PoolEvent> events)
    {
        var state = new PoolState(new MasterInfo { Id = "N", Ip = 0, Port = 5050 }, new PoolSettings(), Now);
        foreach (var happened in events)
            state.Recover(happened);
        return state;
    }
}

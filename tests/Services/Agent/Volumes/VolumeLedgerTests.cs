using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Volumes;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Volumes;

public sealed class VolumeLedgerTests
{
    private readonly Disk disk = new();
    private readonly VolumeLedger ledger;
    private int operations;

    public VolumeLedgerTests() => ledger = new VolumeLedger(disk, ResourceBag.Empty, NullLogger.Instance);

    /// <summary>Found by the simulation: the master took a failed volume back, and the next of its name held what this one did.</summary>
    [Fact]
    public void A_volume_that_was_made_is_not_told_to_have_failed_when_it_is_asked_for_again_and_the_record_can_not_be_written()
    {
        ledger.Apply(Create("v", with: [])).State.ShouldBe(OperationState.OperationFinished);
        disk.RefusesRecords = true;

        ledger.Apply(Create("v", with: ["w"])).State.ShouldBe(OperationState.OperationFinished);

        ledger.Open(Kind("v"));
        ledger.Converted.ShouldBe(Volumes("v"));
    }

    [Fact]
    public void A_volume_that_was_destroyed_is_not_told_to_be_there_still_when_the_record_can_not_be_written()
    {
        ledger.Apply(Create("v", with: []));
        ledger.Apply(Destroy("v", with: [])).State.ShouldBe(OperationState.OperationFinished);
        disk.RefusesRecords = true;

        ledger.Apply(Destroy("v", with: ["w"])).State.ShouldBe(OperationState.OperationFinished);
    }

    [Fact]
    public void A_volume_that_is_not_in_the_record_yet_fails_with_it()
    {
        disk.RefusesRecords = true;

        var answer = ledger.Apply(Create("v", with: []));

        (answer.State, answer.Message).ShouldBe((OperationState.OperationFailed, "no space left"));
        Should.Throw<IOException>(() => ledger.Open(Kind("v"))).Message.ShouldContain("no volume 'v'");
    }

    [Fact]
    public void What_was_made_of_an_operation_that_failed_after_all_is_no_volume_of_the_next_of_its_name()
    {
        ledger.Apply(Create("stays", with: []));
        disk.KeepsWhatIsSetAside = true;
        ledger.Apply(Create("v", with: [])).State.ShouldBe(OperationState.OperationFailed);
        disk.KeepsWhatIsSetAside = false;
        disk.Made.ShouldContain("v");

        ledger.Apply(Create("v", with: ["stays"])).State.ShouldBe(OperationState.OperationFinished);

        disk.SetAsideBefore.ShouldBe(["v"]);
    }

    [Fact]
    public void A_volume_that_could_not_be_made_gets_no_other_size()
    {
        disk.RefusesRecords = true;
        ledger.Apply(Create("v", with: [])).State.ShouldBe(OperationState.OperationFailed);
        disk.RefusesRecords = false;
        var shrink = Operation(OperationType.ShrinkVolume, ["v"]);
        shrink.Info.ShrinkVolume = new() { Volume = Volumes("v").ToMessages().Single(), Subtract = new() { Value = 1 } };

        var answer = ledger.Apply(shrink);

        answer.State.ShouldBe(OperationState.OperationFailed);
        answer.Message.ShouldContain("no volume 'v'");
    }

    /// <summary>Found by the simulation: the master was told that it failed, asked once more before it heard that, and what tasks used was gone.</summary>
    [Fact]
    public void What_it_has_told_to_have_failed_is_not_done_when_it_is_asked_for_again_over_the_same_link()
    {
        ledger.Apply(Create("v", with: []));
        var destroy = Destroy("v", with: []);
        disk.RefusesRecords = true;
        ledger.Apply(destroy).State.ShouldBe(OperationState.OperationFailed);
        disk.RefusesRecords = false;

        ledger.Apply(destroy).State.ShouldBe(OperationState.OperationFailed);
        disk.Made.ShouldContain("v");

        // A master that asks after a registration has not heard the answer.
        ledger.Match(Volumes("v").ToMessages());
        ledger.Apply(destroy).State.ShouldBe(OperationState.OperationFinished);
    }

    /// <summary>Found by the simulation: the answer to the CREATE was lost, that to the DESTROY was not, and a folder stayed that nobody named.</summary>
    [Fact]
    public void A_volume_that_was_destroyed_meanwhile_is_not_made_again_when_its_create_is_asked_for_once_more()
    {
        var create = Create("v", with: []);
        ledger.Apply(create);
        ledger.Apply(Destroy("v", with: []));
        ledger.Match([]);
        create.ConvertedResources.Clear();

        ledger.Apply(create).State.ShouldBe(OperationState.OperationFinished);

        disk.Made.ShouldBeEmpty();
    }

    /// <param name="with">What else the master has decided for the agent.</param>
    private AgentEvent.Types.ApplyOperation Create(string id, string[] with)
    {
        var create = Operation(OperationType.Create, [id, .. with]);
        create.Info.Create = new();
        create.Info.Create.Volumes.Add(Volumes(id).ToMessages());
        return create;
    }

    private AgentEvent.Types.ApplyOperation Destroy(string id, string[] with)
    {
        var destroy = Operation(OperationType.Destroy, with);
        destroy.Info.Destroy = new();
        destroy.Info.Destroy.Volumes.Add(Volumes(id).ToMessages());
        return destroy;
    }

    private AgentEvent.Types.ApplyOperation Operation(OperationType type, string[] converted)
    {
        var operation = new AgentEvent.Types.ApplyOperation { Uuid = ByteString.CopyFromUtf8($"{operations++}"), Info = new() { Type = type } };
        operation.ConvertedResources.Add(Volumes(converted).ToMessages());
        return operation;
    }

    private static ResourceBag Volumes(params string[] ids) =>
        ResourceBag.Of(ids.Select(id => new ResourceEntry(Kind(id), new ResourceValue.Scalar(ResourceAmount.FromUnits(64)))));

    private static ResourceKind Kind(string id) => new("disk", reservations: [new Reservation(ReservationType.Dynamic, "a")], disk: new Resource.Types.DiskInfo
    {
        Persistence = new() { Id = id },
        Volume = new DataPlatform.Core.Protocol.Mesos.Volume { Mode = DataPlatform.Core.Protocol.Mesos.Volume.Types.Mode.Rw, ContainerPath = "data" },
    });

    private sealed class Disk : IVolumeDisk
    {
        public HashSet<string> Made { get; } = [];

        /// <summary>In order.</summary>
        public List<string> SetAsideBefore { get; } = [];

        public bool RefusesRecords { get; set; }

        public bool KeepsWhatIsSetAside { get; set; }

        public string PlaceOf(ResourceKind volume) => volume.Disk!.Persistence!.Id;

        public void Make(ResourceKind volume) => Made.Add(PlaceOf(volume));

        public void SetAside(ResourceKind volume)
        {
            if (!Made.Contains(PlaceOf(volume)))
                return;
            if (KeepsWhatIsSetAside)
                throw new IOException("can't be moved");
            Made.Remove(PlaceOf(volume));
            SetAsideBefore.Add(PlaceOf(volume));
        }

        public void Destroy(ResourceKind volume) => Made.Remove(PlaceOf(volume));

        public void Keep(ResourceBag converted)
        {
            if (RefusesRecords)
                throw new IOException("no space left");
        }
    }
}

using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Volumes;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Volumes;

public sealed class AgentVolumesTests : IDisposable
{
    private int operations;
    private readonly string work = Directory.CreateTempSubdirectory("dp-volumes-").FullName;

    public AgentVolumesTests() => Directory.CreateDirectory(Path.Combine(work, "meta"));

    private string Folder => Path.Combine(work, "volumes", "roles", "team%2Fa", "v");

    [Fact]
    public void A_volume_and_what_is_reserved_are_there_for_the_next_process_of_the_agent()
    {
        var answer = Open().Apply(Create(Volume("v", 64)));

        answer.State.ShouldBe(OperationState.OperationFinished);
        Directory.Exists(Folder).ShouldBeTrue();
        File.GetUnixFileMode(Folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Open().Converted.ShouldBe(Volume("v", 64));
    }

    [Fact]
    public void Asked_again_it_answers_again_and_changes_nothing()
    {
        var volumes = Open();
        volumes.Apply(Create(Volume("v", 64)));
        File.WriteAllText(Path.Combine(Folder, "data"), "kept");

        volumes.Apply(Create(Volume("v", 64))).State.ShouldBe(OperationState.OperationFinished);

        File.ReadAllText(Path.Combine(Folder, "data")).ShouldBe("kept");
    }

    [Fact]
    public async Task A_destroyed_volume_is_gone_with_all_it_held()
    {
        var volumes = Open();
        volumes.Apply(Create(Volume("v", 64)));
        File.WriteAllText(Path.Combine(Folder, "data"), "gone");
        var destroy = new AgentEvent.Types.ApplyOperation { Uuid = ByteString.CopyFromUtf8("d"), Info = new() { Type = OperationType.Destroy, Destroy = new() } };
        destroy.Info.Destroy.Volumes.Add(Volume("v", 64).ToMessages());

        volumes.Apply(destroy).State.ShouldBe(OperationState.OperationFinished);

        Directory.Exists(Folder).ShouldBeFalse();
        Open().Converted.IsEmpty.ShouldBeTrue();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Directory.EnumerateFileSystemEntries(Path.Combine(work, "volumes", "destroyed")).Any())
            await Task.Delay(10, patience.Token);
    }

    [Fact]
    public void A_volume_that_the_master_does_not_name_is_set_aside_and_never_removed()
    {
        Open().Apply(Create(Volume("v", 64)));
        File.WriteAllText(Path.Combine(Folder, "data"), "kept");

        Open().Match([]);

        Directory.Exists(Folder).ShouldBeFalse();
        var aside = Directory.GetDirectories(Path.Combine(work, "volumes", "set-aside")).ShouldHaveSingleItem();
        File.ReadAllText(Path.Combine(aside, "data")).ShouldBe("kept");
    }

    [Fact]
    public void A_volume_that_is_made_anew_holds_nothing_of_one_of_its_name_that_could_not_be_destroyed()
    {
        var volumes = Open();
        volumes.Apply(Create(Volume("v", 64)));
        File.WriteAllText(Path.Combine(Folder, "data"), "of another life");
        var destroyed = Path.Combine(work, "volumes", "destroyed");
        File.WriteAllText(destroyed, "in the way");
        var destroy = new AgentEvent.Types.ApplyOperation { Uuid = ByteString.CopyFromUtf8("d"), Info = new() { Type = OperationType.Destroy, Destroy = new() } };
        destroy.Info.Destroy.Volumes.Add(Volume("v", 64).ToMessages());
        volumes.Apply(destroy).State.ShouldBe(OperationState.OperationFailed);
        Directory.Exists(Folder).ShouldBeTrue();
        volumes.Folder(Volume("v", 64).Single().Kind, user: null).ShouldBe(Folder);
        // What follows is decided without it.
        volumes.Apply(Create(Volume("w", 64))).State.ShouldBe(OperationState.OperationFinished);
        volumes.Match(Volume("v", 64).Add(Volume("w", 64)).ToMessages());

        volumes.Apply(Create(Volume("v", 64))).State.ShouldBe(OperationState.OperationFinished);

        Directory.EnumerateFileSystemEntries(Folder).ShouldBeEmpty();
    }

    [Fact]
    public void A_volume_of_which_only_the_size_changed_stays_where_it_is()
    {
        Open().Apply(Create(Volume("v", 64)));
        File.WriteAllText(Path.Combine(Folder, "data"), "kept");

        Open().Match(Volume("v", 128).ToMessages());

        File.ReadAllText(Path.Combine(Folder, "data")).ShouldBe("kept");
    }

    [Fact]
    public void What_can_not_be_made_is_told_with_the_reason_and_not_kept()
    {
        var volumes = Open();
        Directory.CreateDirectory(Path.Combine(work, "volumes", "roles"));
        File.WriteAllText(Path.Combine(work, "volumes", "roles", "team%2Fa"), "a file in the way");

        var answer = volumes.Apply(Create(Volume("v", 64)));

        answer.State.ShouldBe(OperationState.OperationFailed);
        answer.Message.ShouldContain("team%2Fa");
        Open().Converted.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void What_could_not_be_made_is_no_volume_of_a_task_though_later_decisions_name_it()
    {
        var volumes = Open();
        var obstacle = Path.Combine(work, "volumes", "roles", "team%2Fa");
        Directory.CreateDirectory(Path.Combine(work, "volumes", "roles"));
        File.WriteAllText(obstacle, "a file in the way");
        volumes.Apply(Create(Volume("v", 64))).State.ShouldBe(OperationState.OperationFailed);
        File.Delete(obstacle);
        var later = Create(Volume("w", 64));
        later.ConvertedResources.Add(Volume("v", 64).ToMessages());
        volumes.Apply(later).State.ShouldBe(OperationState.OperationFinished);

        Should.Throw<IOException>(() => volumes.Folder(Volume("v", 64).Single().Kind, user: null)).Message.ShouldContain("no volume 'v'");
        volumes.Apply(Create(Volume("v", 64))).State.ShouldBe(OperationState.OperationFinished);
        volumes.Folder(Volume("v", 64).Single().Kind, user: null).ShouldBe(Folder);
    }

    [Fact]
    public void A_record_that_can_not_be_read_is_set_aside_and_the_agent_starts()
    {
        File.WriteAllBytes(Path.Combine(work, "meta", "resources"), [0xff, 0xff, 0xff, 0xff]);

        Open().Converted.IsEmpty.ShouldBeTrue();

        Directory.GetFiles(Path.Combine(work, "meta"), "resources.unreadable-*").ShouldHaveSingleItem();
    }

    public void Dispose() => Directory.Delete(work, recursive: true);

    private AgentVolumes Open() => new(work, new FakeTimeProvider(), NullLogger.Instance);

    private AgentEvent.Types.ApplyOperation Create(ResourceBag volumes)
    {
        var create = new AgentEvent.Types.ApplyOperation { Uuid = ByteString.CopyFromUtf8($"c{operations++}"), Info = new() { Type = OperationType.Create, Create = new() } };
        create.Info.Create.Volumes.Add(volumes.ToMessages());
        create.ConvertedResources.Add(volumes.ToMessages());
        return create;
    }

    private static ResourceBag Volume(string id, int megabytes) => ResourceBag.Of(new ResourceEntry(
        new ResourceKind("disk", reservations: [new Reservation(ReservationType.Dynamic, "team/a")], disk: new Resource.Types.DiskInfo
        {
            Persistence = new() { Id = id },
            Volume = new DataPlatform.Core.Protocol.Mesos.Volume { Mode = DataPlatform.Core.Protocol.Mesos.Volume.Types.Mode.Rw, ContainerPath = "data" },
        }), new ResourceValue.Scalar(ResourceAmount.FromThousandths(megabytes * 1000L))));
}

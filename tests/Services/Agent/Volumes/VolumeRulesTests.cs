using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Volumes;
using DataPlatform.Services.Tests.Agent.Running;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using Mode = DataPlatform.Core.Protocol.Mesos.Volume.Types.Mode;
using SandboxPath = DataPlatform.Core.Protocol.Mesos.Volume.Types.Source.Types.SandboxPath;
using SourceType = DataPlatform.Core.Protocol.Mesos.Volume.Types.Source.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Volumes;

public sealed class VolumeRulesTests
{
    private static readonly ExecutorInfo Pod = new() { ExecutorId = new ExecutorID { Value = "pod" }, Type = ExecutorInfo.Types.Type.Default };

    [Theory]
    [InlineData("", "shared", "is empty")]
    [InlineData("/data", "shared", "is absolute")]
    [InlineData("../data", "shared", "'..'")]
    [InlineData("a//b", "shared", "empty part")]
    [InlineData("data", "../shared", "the name of one folder")]
    [InlineData("data", "..", "'..'")]
    [InlineData("data", "containers", "the name of one folder")]
    public void Refuses_a_path_that_could_lead_elsewhere(string containerPath, string path, string reason) =>
        VolumeRules.WhyNot(With(TaskOf("t", "true"), OfSandbox(containerPath, SandboxPath.Types.Type.Parent, path)), Pod)!.ShouldContain(reason);

    [Fact]
    public void Of_a_task_under_a_program_only_the_persistent_volumes_are_looked_at_beside_those_of_its_executor()
    {
        var executor = new ExecutorInfo { ExecutorId = new ExecutorID { Value = "x" }, Type = ExecutorInfo.Types.Type.Custom };
        VolumeRules.WhyNotUnder(With(Persistent("t", "data"), OfSandbox("../up", SandboxPath.Types.Type.Parent, "shared")), executor).ShouldBeNull("its own volumes are its executor's to give");

        VolumeRules.WhyNotUnder(Persistent("t", "/data"), executor)!.ShouldContain("is absolute");
        executor.Resources.Add(Persistent("other", "data/below").Resources[^1]);
        VolumeRules.WhyNotUnder(Persistent("t", "data"), executor)!.ShouldContain("overlap");
    }

    private static TaskInfo Persistent(string id, string containerPath)
    {
        var task = TaskOf(id, "true");
        var volume = AgentUnderTest.Scalar("disk", 1);
        volume.Reservations.Add(new Resource.Types.ReservationInfo { Type = Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = "team" });
        volume.Disk = new Resource.Types.DiskInfo { Persistence = new() { Id = id }, Volume = new DataPlatform.Core.Protocol.Mesos.Volume { ContainerPath = containerPath, Mode = Mode.Rw } };
        task.Resources.Add(volume);
        return task;
    }

    [Fact]
    public void Refuses_what_it_can_not_give()
    {
        var parent = OfSandbox("data", SandboxPath.Types.Type.Parent, "shared");
        var both = OfSandbox("data", SandboxPath.Types.Type.Self, "own");
        both.HostPath = "/srv";
        var spreading = new DataPlatform.Core.Protocol.Mesos.Volume
        {
            Mode = Mode.Rw, ContainerPath = "data",
            Source = new() { Type = SourceType.HostPath, HostPath = new() { Path = "/srv", MountPropagation = new MountPropagation { Mode = MountPropagation.Types.Mode.Bidirectional } } },
        };

        VolumeRules.WhyNot(With(TaskOf("t", "true"), parent), null)!.ShouldContain("needs a task of a group");
        VolumeRules.WhyNot(With(TaskOf("t", "true"), both), null)!.ShouldContain("both host_path and a source");
        VolumeRules.WhyNot(With(TaskOf("t", "true"), spreading), null)!.ShouldContain("BIDIRECTIONAL is not supported");
        VolumeRules.WhyNot(With(TaskOf("t", "true"), parent, OfSandbox("data/below", SandboxPath.Types.Type.Parent, "other")), Pod)!.ShouldContain("overlap");
        VolumeRules.WhyNot(With(TaskOf("t", "true"), parent, OfSandbox("other", SandboxPath.Types.Type.Self, "own")), Pod).ShouldBeNull();
    }

    [Theory]
    [InlineData("srv", "is not absolute")]
    [InlineData("/srv/../etc", "'..'")]
    [InlineData("/srv//data", "empty part")]
    public void Refuses_a_path_of_the_host_that_could_be_another_than_it_says(string path, string reason) =>
        VolumeRules.WhyNot(With(TaskOf("t", "true"), new DataPlatform.Core.Protocol.Mesos.Volume { Mode = Mode.Ro, ContainerPath = "data", HostPath = path }), null)!.ShouldContain(reason);

    [Theory]
    [InlineData("/data", null)]
    [InlineData("data", null)]
    [InlineData("/", "is the root")]
    [InlineData("/dev/shm", "where each container has")]
    [InlineData("/mnt", "where each container has")]
    [InlineData("/mnt/mesos/sandbox/data", "within the sandbox a path is relative")]
    [InlineData("/data/../proc", "'..'")]
    public void In_an_image_a_path_may_be_absolute_but_not_where_every_container_has_something(string containerPath, string? reason)
    {
        var task = With(TaskOf("t", "true"), new DataPlatform.Core.Protocol.Mesos.Volume { Mode = Mode.Ro, ContainerPath = containerPath, HostPath = "/srv" });
        task.Container.Mesos = new() { Image = new Image { Type = Image.Types.Type.Docker, Docker = new() { Name = "tiny" } } };

        if (reason is null)
            VolumeRules.WhyNot(task, null).ShouldBeNull();
        else
            VolumeRules.WhyNot(task, null)!.ShouldContain(reason);
    }

    internal static TaskInfo With(TaskInfo task, params DataPlatform.Core.Protocol.Mesos.Volume[] volumes)
    {
        task.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, Volumes = { volumes } };
        return task;
    }

    internal static DataPlatform.Core.Protocol.Mesos.Volume OfSandbox(string containerPath, SandboxPath.Types.Type type, string path) => new()
    {
        Mode = Mode.Rw,
        ContainerPath = containerPath,
        Source = new() { Type = SourceType.SandboxPath, SandboxPath = new SandboxPath { Type = type, Path = path } },
    };
}

using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Volumes;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using Mode = DataPlatform.Core.Protocol.Mesos.Volume.Types.Mode;
using SandboxPath = DataPlatform.Core.Protocol.Mesos.Volume.Types.Source.Types.SandboxPath;
using SourceType = DataPlatform.Core.Protocol.Mesos.Volume.Types.Source.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Volumes;

public sealed class TaskVolumeTests
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
        TaskVolume.WhyNot(With(TaskOf("t", "true"), OfSandbox(containerPath, SandboxPath.Types.Type.Parent, path)), Pod)!.ShouldContain(reason);

    [Fact]
    public void Refuses_what_it_can_not_give()
    {
        var parent = OfSandbox("data", SandboxPath.Types.Type.Parent, "shared");
        var readOnly = parent.Clone();
        readOnly.Mode = Mode.Ro;

        TaskVolume.WhyNot(With(TaskOf("t", "true"), parent), null)!.ShouldContain("needs a task of a group");
        TaskVolume.WhyNot(With(TaskOf("t", "true"), readOnly), Pod)!.ShouldContain("read only");
        TaskVolume.WhyNot(With(TaskOf("t", "true"), parent, OfSandbox("data/below", SandboxPath.Types.Type.Parent, "other")), Pod)!.ShouldContain("overlap");
        TaskVolume.WhyNot(With(TaskOf("t", "true"), parent, OfSandbox("other", SandboxPath.Types.Type.Self, "own")), Pod).ShouldBeNull();
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

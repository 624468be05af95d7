using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Launching;

namespace DataPlatform.Services.Tests.Agent.Launching;

public sealed class TaskAdmissionTests
{
    public static readonly TheoryData<string, string> Ids = new()
    {
        { "../up", "a slash" },
        { "..", "must not be '..'" },
        { "two\nlines", "control character" },
        { new string('x', 300), "300 characters, at most 255" },
        { "", "is empty" },
    };

    [Theory, MemberData(nameof(Ids))]
    public void Refuses_an_id_that_is_no_safe_name(string id, string reason)
    {
        var refusal = TaskAdmission.Refusal(Framework(), TaskOf(id)).ShouldNotBeNull();

        refusal.State.ShouldBe(TaskState.TaskError);
        refusal.Reason.ShouldBe(TaskReport.Types.Reason.TaskInvalid);
        refusal.Message.ShouldContain(reason);
    }

    [Fact]
    public void Says_what_is_not_supported_yet()
    {
        var custom = TaskOf("t");
        custom.Executor = new ExecutorInfo { ExecutorId = new ExecutorID { Value = "e" } };
        var volume = TaskOf("t");
        volume.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, Volumes = { new DataPlatform.Core.Protocol.Mesos.Volume { Mode = DataPlatform.Core.Protocol.Mesos.Volume.Types.Mode.Rw, ContainerPath = "data", Source = new() { Type = DataPlatform.Core.Protocol.Mesos.Volume.Types.Source.Types.Type.DockerVolume } } } };

        TaskAdmission.Refusal(Framework(), custom)!.Message.ShouldContain("a task of a group runs under the group's executor");
        TaskAdmission.Refusal(Framework(), volume)!.Message.ShouldContain("a source other than SANDBOX_PATH, HOST_PATH and SECRET is not supported yet");
    }

    [Fact]
    public void Refuses_a_command_that_says_nothing_or_an_environment_that_can_not_be()
    {
        var silent = TaskOf("t");
        silent.Command.Value = "";
        var variable = TaskOf("t");
        variable.Command.Environment = new EnvironmentVariables { Variables = { new EnvironmentVariables.Types.Variable { Name = "A=B", Value = "c" } } };
        var secret = TaskOf("t");
        secret.Command.Environment = new EnvironmentVariables
        {
            Variables = { new EnvironmentVariables.Types.Variable { Name = "S", Type = EnvironmentVariables.Types.Variable.Types.Type.Secret, Secret = new Secret { Type = Secret.Types.Type.Reference } } },
        };

        TaskAdmission.Refusal(Framework(), silent)!.Message.ShouldContain("task.command.value is missing");
        TaskAdmission.Refusal(Framework(), variable)!.Message.ShouldContain("'A=B'");
        TaskAdmission.Refusal(Framework(), secret)!.Message.ShouldContain("S is no secret by value");
        TaskAdmission.Refusal(Framework(), TaskOf("t")).ShouldBeNull();
    }

    private static FrameworkInfo Framework() => new() { User = "", Name = "f", Id = new FrameworkID { Value = "F" } };

    private static TaskInfo TaskOf(string id) => new()
    {
        Name = "t",
        TaskId = new TaskID { Value = id },
        AgentId = new AgentID { Value = "S" },
        Command = new CommandInfo { Value = "true" },
    };
}

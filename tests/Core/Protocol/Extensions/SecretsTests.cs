using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using VariableType = DataPlatform.Core.Protocol.Mesos.EnvironmentVariables.Types.Variable.Types.Type;

namespace DataPlatform.Core.Tests.Protocol.Extensions;

public sealed class SecretsTests
{
    [Fact]
    public void Values_of_secrets_are_taken_out_wherever_they_are_and_all_else_stays()
    {
        var task = Task("hunter2");
        var whole = task.Clone();

        var shown = task.WithoutSecrets();

        task.ShouldBe(whole, "the task itself still has them");
        shown.ToByteString().ToStringUtf8().ShouldNotContain("hunter2");
        shown.Container.Volumes[0].ContainerPath.ShouldBe("key");
        shown.Command.Environment.Variables.Select(variable => variable.Name).ShouldBe(["OPEN", "TOKEN"]);
        shown.Command.Environment.Variables[0].Value.ShouldBe("said");
        shown.IsInitialized().ShouldBeTrue();
    }

    [Fact]
    public void Reaches_secrets_in_maps_too()
    {
        var volume = new Volume
        {
            ContainerPath = "v", Mode = Volume.Types.Mode.Rw,
            Source = new Volume.Types.Source { CsiVolume = new() { PluginName = "p", StaticProvisioning = new() { VolumeId = "v", NodeStageSecrets = { ["key"] = Secrets.ByValue("hunter2") } } } },
        };

        new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, Volumes = { volume } }.WithoutSecrets().ToByteString().ToStringUtf8().ShouldNotContain("hunter2");
    }

    [Fact]
    public void A_message_without_secrets_is_not_copied()
    {
        var task = new TaskInfo { Name = "t", Command = new CommandInfo { Value = "true" } };
        task.WithoutSecrets().ShouldBeSameAs(task);
    }

    [Fact]
    public void A_task_has_a_bounded_amount_of_them()
    {
        Secrets.WhyNot(Task(new string('x', Secrets.MostBytes / 2))).ShouldBeNull();
        Secrets.WhyNot(Task(new string('x', (Secrets.MostBytes / 2) + 1))).ShouldNotBeNull().ShouldContain("at most 524288");
    }

    [Fact]
    public void Only_a_secret_by_value_can_be_given()
    {
        Secrets.WhyNot(Secrets.ByValue("x")).ShouldBeNull();
        Secrets.WhyNot(new Secret { Type = Secret.Types.Type.Reference, Reference = new() { Name = "vault" } }).ShouldNotBeNull();
        Secrets.WhyNot((Secret?)null).ShouldNotBeNull();
    }

    /// <summary>With the secret twice.</summary>
    private static TaskInfo Task(string secret) => new()
    {
        Name = "t", TaskId = new TaskID { Value = "t" }, AgentId = new AgentID { Value = "a" },
        Command = new CommandInfo
        {
            Value = "true",
            Environment = new EnvironmentVariables
            {
                Variables =
                {
                    new EnvironmentVariables.Types.Variable { Name = "OPEN", Value = "said" },
                    new EnvironmentVariables.Types.Variable { Name = "TOKEN", Type = VariableType.Secret, Secret = Secrets.ByValue(secret) },
                },
            },
        },
        Container = new ContainerInfo
        {
            Type = ContainerInfo.Types.Type.Mesos,
            Volumes =
            {
                new Volume
                {
                    ContainerPath = "key", Mode = Volume.Types.Mode.Ro,
                    Source = new Volume.Types.Source { Type = Volume.Types.Source.Types.Type.Secret, Secret = Secrets.ByValue(secret) },
                },
            },
        },
    };
}

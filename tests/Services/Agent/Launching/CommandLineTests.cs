using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Launching;

namespace DataPlatform.Services.Tests.Agent.Launching;

public sealed class CommandLineTests
{
    [Fact]
    public void A_value_alone_is_for_the_shell() =>
        CommandLine.Of(new CommandInfo { Value = "a | b" }).ShouldBe(["/bin/sh", "-c", "a | b"]);

    [Fact]
    public void Arguments_are_the_whole_vector_the_name_first() =>
        CommandLine.Of(Plain("/bin/echo", "echo", "$HOME")).ShouldBe(["/bin/echo", "$HOME"]);

    [Fact]
    public void A_name_of_its_own_is_kept() =>
        CommandLine.Of(Plain("/bin/busybox", "ls", "-l")).ShouldBe(["/bin/bash", "-c", "exec -a \"$1\" \"${@:2}\"", "bash", "ls", "/bin/busybox", "-l"]);

    [Fact]
    public void No_arguments_at_all_is_just_the_program() =>
        CommandLine.Of(Plain("/bin/true")).ShouldBe(["/bin/true"]);

    private static CommandInfo Plain(string value, params string[] arguments)
    {
        var command = new CommandInfo { Value = value, Shell = false };
        command.Arguments.AddRange(arguments);
        return command;
    }
}

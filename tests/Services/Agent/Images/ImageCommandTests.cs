using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Images;

namespace DataPlatform.Services.Tests.Agent.Images;

/// <summary>What is run, by what the task says (value, arguments) and what the image says (entrypoint, command).</summary>
public sealed class ImageCommandTests
{
    [Theory]
    [InlineData("", "", "entry -e", "cmd -c", "entry -e cmd -c")]
    [InlineData("", "a b", "entry -e", "cmd -c", "entry -e a b")]
    [InlineData("value", "", "entry -e", "cmd -c", "entry -e value")]
    [InlineData("value", "a b", "entry -e", "cmd -c", "entry -e value a b")]
    [InlineData("", "", "", "cmd -c", "cmd -c")]
    [InlineData("", "a b", "", "cmd -c", "a b")]
    public void As_Docker_words_replace_the_image_s_command_and_leave_its_entrypoint(string value, string arguments, string entry, string command, string expected) =>
        Of(value, arguments, entry, command, docker: true).ShouldBe(Words(expected));

    [Theory]
    [InlineData("", "", "entry -e", "cmd -c", "entry -e cmd -c")]
    [InlineData("", "a b", "entry -e", "cmd -c", "entry -e a b")]
    [InlineData("value", "", "entry -e", "cmd -c", "value")]
    [InlineData("value", "value b", "entry -e", "cmd -c", "value b")]
    [InlineData("", "", "", "cmd -c", "cmd -c")]
    [InlineData("", "a b", "", "cmd -c", "cmd a b")]
    public void As_Mesos_a_value_is_the_program_and_arguments_alone_are_for_the_image_s(string value, string arguments, string entry, string command, string expected) =>
        Of(value, arguments, entry, command, docker: false).ShouldBe(Words(expected));

    [Theory, InlineData(true), InlineData(false)]
    public void A_line_for_the_shell_is_for_the_image_s_shell(bool docker) =>
        ImageCommand.Of(new CommandInfo { Value = "a | b" }, ImageRequest.Of(Container(docker))!, Image("entry", "cmd")).ShouldBe(["/bin/sh", "-c", "a | b"]);

    [Fact]
    public void An_entrypoint_that_the_task_names_takes_nothing_of_the_image_s_along()
    {
        var container = Container(docker: true);
        container.Docker.Parameters.Add(new Parameter { Key = "entrypoint", Value = "own" });

        ImageCommand.Of(new CommandInfo { Shell = false }, ImageRequest.Of(container)!, Image("entry", "cmd")).ShouldBe(["own"]);
    }

    [Fact]
    public void With_nothing_to_run_it_says_so() =>
        Should.Throw<InvalidOperationException>(() => Of("", "", "", "", docker: true)).Message.ShouldContain("names no program, and neither does the image");

    internal static ContainerInfo Container(bool docker, string image = "tiny") => docker
        ? new ContainerInfo { Type = ContainerInfo.Types.Type.Docker, Docker = new() { Image = image } }
        : new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, Mesos = new() { Image = new Image { Type = DataPlatform.Core.Protocol.Mesos.Image.Types.Type.Docker, Docker = new() { Name = image } } } };

    private static IReadOnlyList<string> Of(string value, string arguments, string entry, string command, bool docker)
    {
        var info = new CommandInfo { Shell = false, Arguments = { Words(arguments) } };
        if (value.Length > 0)
            info.Value = value;
        return ImageCommand.Of(info, ImageRequest.Of(Container(docker))!, Image(entry, command));
    }

    private static ContainerImage Image(string entry, string command) => new("id", []) { EntryPoint = Words(entry), Command = Words(command) };

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

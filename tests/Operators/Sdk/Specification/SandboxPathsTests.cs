using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.Sdk.Specification;

public sealed class SandboxPathsTests
{
    private static readonly TaskCommand Command = new("/bin/echo", ["$HOME; rm -rf /", "a b"], new Dictionary<string, string>(), [], []);

    [Fact]
    public void Hands_program_and_arguments_on_as_they_are()
    {
        var wrapped = SandboxPaths.Within(Command, new Dictionary<string, string> { ["PYTHONPATH"] = "python/site-packages" });
        wrapped.Arguments.ShouldBe(["in-sandbox.sh", "/bin/echo", "$HOME; rm -rf /", "a b"]);
        wrapped.Files.ShouldHaveSingleItem().Content.ShouldBe("PYTHONPATH=\"$MESOS_SANDBOX/python/site-packages\"; export PYTHONPATH\nexec \"$@\"\n");
    }

    [Theory]
    [InlineData("A;B", "x")]
    [InlineData("a", "x")]
    [InlineData("A", "x\"; reboot")]
    [InlineData("A", "$(reboot)")]
    public void Refuses_what_a_shell_would_read(string name, string path) =>
        Should.Throw<ArgumentException>(() => SandboxPaths.Within(Command, new Dictionary<string, string> { [name] = path }));
}

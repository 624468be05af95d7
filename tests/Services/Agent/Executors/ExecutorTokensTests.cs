using System.Text;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Executors;

namespace DataPlatform.Services.Tests.Agent.Executors;

public sealed class ExecutorTokensTests : IDisposable
{
    private static readonly ExecutorKey Key = new("F", "x");
    private readonly string folder = Directory.CreateTempSubdirectory("dp-tokens-").FullName;

    public ExecutorTokensTests() => Directory.CreateDirectory(Path.Combine(folder, "meta"));

    [Fact]
    public void Names_framework_executor_and_container_also_after_a_restart()
    {
        var token = ExecutorTokens.Open(folder).Of(Key, "c1");

        ExecutorTokens.Open(folder).Read(token).ShouldBe((Key, "c1"));
        File.GetUnixFileMode(Path.Combine(folder, "meta", "executor-key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Believes_nothing_that_it_has_not_signed()
    {
        var tokens = ExecutorTokens.Open(folder);
        var parts = tokens.Of(Key, "c1").Split('.');
        var other = tokens.Of(new ExecutorKey("F", "y"), "c1").Split('.');
        var none = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"alg":"none","typ":"JWT"}""")).TrimEnd('=');

        tokens.Read($"{parts[0]}.{other[1]}.{parts[2]}").ShouldBeNull();
        tokens.Read($"{none}.{parts[1]}.").ShouldBeNull();
        tokens.Read($"{parts[0]}.{parts[1]}").ShouldBeNull();
        tokens.Read($"{parts[0]}.{parts[1]}.ö").ShouldBeNull();
        tokens.Read("").ShouldBeNull();
        File.Delete(Path.Combine(folder, "meta", "executor-key"));
        ExecutorTokens.Open(folder).Read(string.Join('.', parts)).ShouldBeNull("another key");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}

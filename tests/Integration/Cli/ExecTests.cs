using System.Text;

namespace DataPlatform.Integration.Tests.Cli;

/// <summary><c>dp exec</c> through all of a platform: command line, control plane, agent, and a task of a cluster that the platform launched.</summary>
public sealed class ExecTests : IClassFixture<ExecPlatform>
{
    private readonly ExecPlatform platform;

    public ExecTests(ExecPlatform platform)
    {
        this.platform = platform;
        Assert.SkipWhen(platform.Missing is not null, platform.Missing ?? "");
    }

    [Fact]
    public async Task The_command_runs_beside_the_task_and_its_outputs_and_exit_code_come_back()
    {
        var task = platform.Cluster.Tasks.Single(each => each.Name == "scheduler");

        var (status, output, error) = await platform.ExecAsync(null, [], ExecPlatform.Task, "--", "sh", "-c", "echo $MESOS_TASK_ID; ls stdout; pwd; echo problem >&2; exit 7");

        status.ShouldBe(7);
        var lines = output.Split('\n');
        lines[..2].ShouldBe([task.TaskId, "stdout"]);
        lines[2].ShouldStartWith(platform.Platform.Agents[0].WorkDirectory, customMessage: "it starts in the task's sandbox");
        error.ShouldBe("problem\n");
    }

    [Fact]
    public async Task What_is_piped_in_arrives_byte_for_byte_and_so_does_what_comes_out()
    {
        var bytes = new byte[1_000_000];
        new Random(1).NextBytes(bytes);

        var (status, output, _) = await platform.ExecAsync(null, bytes, ExecPlatform.Task, "--", "cat");

        status.ShouldBe(0);
        output.ShouldBe(Encoding.Latin1.GetString(bytes));
        (await platform.ExecAsync(null, "echo from a shell; exit 3\n"u8.ToArray(), ExecPlatform.Task)).ShouldBe((3, "from a shell\n", ""));
    }

    [Fact]
    public async Task In_a_terminal_the_command_has_one_of_the_same_size()
    {
        var (status, shown) = await platform.ExecInTerminalAsync(33, 101, $"-t {ExecPlatform.Task} -- sh -c 'tty > /dev/null && stty size; echo $TERM; exit 4'");

        status.ShouldBe(4, shown);
        shown.ShouldContain("33 101\r\nvt100\r\n");
    }

    [Fact]
    public async Task Who_is_not_signed_in_runs_nothing()
    {
        var made = Path.Combine(platform.Platform.Shared, "made");

        var (status, output, error) = await platform.ExecAsync(platform.ConfigWith("made-up"), [], ExecPlatform.Task, "--", "touch", made);

        (status, output).ShouldBe((125, ""));
        error.ShouldStartWith("dp: ");
        File.Exists(made).ShouldBeFalse();
        (await platform.ExecAsync(null, [], ExecPlatform.Task, "--", "touch", made)).Status.ShouldBe(0, "whoever may");
        File.Exists(made).ShouldBeTrue();
    }

    [Fact]
    public async Task A_task_that_is_not_there_is_named_with_those_that_are()
    {
        var (status, _, error) = await platform.ExecAsync(null, [], "trial/worker-9", "--", "true");

        status.ShouldBe(125);
        error.ShouldContain("scheduler");
    }
}

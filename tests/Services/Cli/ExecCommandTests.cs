using System.Net;
using System.Text;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Tests.Agent.Running;

namespace DataPlatform.Services.Tests.Cli;

/// <summary><c>dp exec</c> as people and scripts use it: the real program, a real control plane, a real agent, a real terminal.</summary>
public sealed class ExecCommandTests
{
    [Fact]
    public async Task Passes_what_is_piped_in_both_outputs_and_the_exit_code()
    {
        await using var test = await ExecUnderTest.StartAsync();

        (await test.RunAsync("x\n"u8.ToArray(), "trial/worker-0", "--", "cat")).ShouldBe((0, "x\n", ""));
        (await test.RunAsync([], "trial/worker-0", "--", "sh", "-c", "echo out; echo err >&2; exit 7")).ShouldBe((7, "out\n", "err\n"));
        (await test.RunAsync([], "trial/worker-0", "--", "sh", "-c", "kill -TERM $$")).ShouldBe((143, "", ""));
        (await test.RunAsync("echo $MESOS_TASK_ID; exit 3\n"u8.ToArray(), "trial/worker-0")).ShouldBe((3, "t1\n", ""));
        var bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);
        (await test.RunAsync(bytes, "trial/worker-0", "--", "cat")).Output.ShouldBe(Encoding.Latin1.GetString(bytes));
    }

    [Fact]
    public async Task A_command_that_writes_to_nobody_ends()
    {
        await using var test = await ExecUnderTest.StartAsync();
        using var dp = test.Start("trial/worker-0", "--", "yes", "4404");
        (await dp.StandardOutput.ReadLineAsync()).ShouldBe("4404");

        dp.StandardOutput.Close();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await dp.WaitForExitAsync(limit.Token);
        dp.ExitCode.ShouldBe(141);
        await test.Master.Eventually(() => Native.Running("yes", "4404").Count == 0, "the command to end");
    }

    [Fact]
    public async Task Says_why_a_command_could_not_be_run_and_ends_with_a_code_of_its_own()
    {
        await using var test = await ExecUnderTest.StartAsync();

        (await test.RunAsync([], "trial/worker-9", "--", "true")).ShouldBe((125, "", "dp: No such task: The cluster has: worker-0, worker-1\n"));
        (await test.RunAsync([], "absent/worker-0", "--", "true")).Status.ShouldBe(125);
        var (status, _, error) = await test.RunAsync([], "trial/worker-1", "--", "true");
        (status, error).ShouldBe((125, "dp: The command can't be run: worker-1 does not run on 127.0.0.1\n"));
        (await test.RunAsync([], "trial", "--", "true")).Status.ShouldBe(2);
        (await test.RunAsync([], "trial/worker-0", "--", "no-such-program")).Status.ShouldBe(127);
        (await test.RunAsync([], "--help")).Output.ShouldContain("dp exec trial/worker-0 -- ls -l");
    }

    [Fact]
    public async Task A_shell_in_a_terminal_has_its_size_and_takes_ctrl_c_and_ctrl_d_and_leaves_the_terminal_as_it_was()
    {
        await using var test = await ExecUnderTest.StartAsync();
        using var terminal = test.StartInTerminal("trial/worker-0");
        var before = terminal.Settings;

        await terminal.TypeAsync("echo $((40 + 2)) $TERM $(stty size)\n");
        await terminal.WaitForAsync("42 vt100 30 90");
        terminal.Settings.ShouldNotBe(before);
        terminal.Resize(40, 120);
        await terminal.TypeAsync("until stty size | grep 120; do :; done\n");
        await terminal.WaitForAsync("40 120");
        await terminal.TypeAsync("sleep 4400; echo after $?\n");
        await test.Master.Eventually(() => Native.Running("sleep", "4400").Count == 1, "the command to run");
        await terminal.TypeAsync("\u0003");
        await test.Master.Eventually(() => Native.Running("sleep", "4400").Count == 0, "Ctrl-C to end it");
        await terminal.TypeAsync("(exit 5)\n");
        await terminal.TypeAsync("\u0004");

        (await terminal.WhenEndedAsync()).ShouldBe(5);
        terminal.Settings.ShouldBe(before);
    }

    [Fact]
    public async Task The_terminal_is_as_it_was_and_the_command_gone_when_dp_is_told_to_end()
    {
        await using var test = await ExecUnderTest.StartAsync();
        using var terminal = test.StartInTerminal("trial/worker-0", "-t", "--", "sh", "-c", "echo started; exec sleep 4401");
        var before = terminal.Settings;
        await terminal.WaitForAsync("started");
        terminal.Settings.ShouldNotBe(before);

        _ = Native.kill(terminal.ProcessId, 15);

        (await terminal.WhenEndedAsync()).ShouldBe(130);
        terminal.Settings.ShouldBe(before);
        await test.Master.Eventually(() => Native.Running("sleep", "4401").Count == 0, "the command to end");
    }

    [Fact]
    public async Task The_command_ends_when_dp_is_killed_or_the_agent_is_and_dp_says_so()
    {
        await using var test = await ExecUnderTest.StartAsync();
        using (var dp = test.Start("trial/worker-0", "--", "sh", "-c", "echo started; exec sleep 4402"))
        {
            (await dp.StandardOutput.ReadLineAsync()).ShouldBe("started");
            dp.Kill();
            await test.Master.Eventually(() => Native.Running("sleep", "4402").Count == 0, "the command to end");
        }

        using var other = test.Start("trial/worker-0", "--", "sh", "-c", "echo started; exec sleep 4403");
        (await other.StandardOutput.ReadLineAsync()).ShouldBe("started");
        await test.Agent.CrashAsync();
        (await other.StandardError.ReadToEndAsync()).ShouldContain("The connection to the command broke");
        await other.WaitForExitAsync();
        other.ExitCode.ShouldBe(125);
        await test.Agent.StartProcessAsync();
        Native.Running("sleep", "4403").ShouldBeEmpty(test.Agent.Log);
    }

    [Fact]
    public async Task Who_is_not_signed_in_runs_nothing_and_what_is_run_is_in_the_audit()
    {
        await using var test = await ExecUnderTest.StartAsync();
        const string path = "/api/v1/clusters/trial/tasks/worker-0/exec";
        (await test.ControlPlane.Stranger.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await test.ControlPlane.Client.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.UpgradeRequired);

        (await test.RunAsync([], "trial/worker-0", "--", "echo", "secret")).Status.ShouldBe(0);

        using var connection = test.ControlPlane.Get<DataPlatform.Services.ControlPlane.Storage.Database>().Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT actor || ' ' || action || ' ' || target || ' ' || detail FROM audit WHERE action = 'exec'";
        command.ExecuteScalar().ShouldBe("tester exec trial/worker-0 echo");
    }

    [Theory]
    [InlineData("{}", "command")]
    [InlineData("""{"command":[]}""", "command")]
    [InlineData("""{"command":["a\u0000b"]}""", "command")]
    [InlineData("""{"command":["ls"],"terminal":{"rows":-1,"columns":80}}""", "terminal")]
    [InlineData("""{"command":["ls"],"terminal_type":"a b"}""", "terminal_type")]
    [InlineData("""{"command":["ls"],"more":1}""", "more")]
    [InlineData("nonsense", "JSON with")]
    public async Task A_request_that_is_not_valid_is_refused_by_the_field(string request, string field)
    {
        await using var host = await ControlPlane.ControlPlaneHost.Start();
        await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""");
        host.Engine.Wanted.TryPeek(out var cluster).ShouldBeTrue();
        var task = new TaskView("worker-0", "t1", "TASK_RUNNING", null, null, null, null, new AmountsView(0, 0, 0), new Dictionary<string, int>(), null, null, true);
        host.Engine.Show(cluster!.Id, ControlPlane.ScriptedOperator.Pending with { Tasks = [task] });
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", host.Client.DefaultRequestHeaders.Authorization!.ToString());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.ConnectAsync(new Uri(host.Url.Replace("http", "ws", StringComparison.Ordinal) + "/api/v1/clusters/trial/tasks/worker-0/exec"), limit.Token);

        await socket.SendAsync(Encoding.UTF8.GetBytes(request), System.Net.WebSockets.WebSocketMessageType.Text, true, limit.Token);
        using var person = new ExecSocket(socket);
        var answer = Encoding.UTF8.GetString((await person.ReadAsync(limit.Token))!.Value.Content.Span);

        answer.ShouldContain("The request is not valid");
        answer.ShouldContain(field);
        (await person.ReadAsync(limit.Token)).ShouldBeNull();
    }
}

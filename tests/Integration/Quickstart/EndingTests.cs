namespace DataPlatform.Integration.Tests.Quickstart;

/// <summary>However and whenever the quickstart is ended, nothing of it stays.</summary>
public sealed class EndingTests(ITestOutputHelper log)
{
    private const string FirstPart = "start the master ...";
    private const string AllParts = "start 3 agents and the control plane ...";
    private const string Joining = "wait for the hosts to join the pool ...";
    private const string Launching = "launch ";

    /// <summary>Nothing that it says: a task of a test's own runs.</summary>
    private const string Running = "";
    private static readonly TimeSpan AfterTheCommand = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(QuickstartProcess.Interrupt, FirstPart)]
    [InlineData(QuickstartProcess.Interrupt, AllParts)]
    [InlineData(QuickstartProcess.Terminate, Joining)]
    [InlineData(QuickstartProcess.HangUp, Launching)]
    [InlineData(QuickstartProcess.Interrupt, Running)]
    public async Task Nothing_is_left_when_the_command_returns(int signal, string moment)
    {
        await using var quickstart = QuickstartProcess.Start();
        await ReachesAsync(quickstart, moment);

        quickstart.Signal(signal);
        await quickstart.EndsAsync();

        quickstart.Left().ShouldBeEmpty(quickstart.Output);
    }

    [Theory]
    [InlineData(QuickstartProcess.Interrupt, AllParts)]
    [InlineData(QuickstartProcess.Terminate, Launching)]
    [InlineData(QuickstartProcess.HangUp, Joining)]
    public async Task A_signal_that_comes_again_and_again_ends_it_no_less_thoroughly(int signal, string moment)
    {
        await using var quickstart = QuickstartProcess.Start();
        await ReachesAsync(quickstart, moment);

        for (var times = 0; times < 3; times++)
        {
            quickstart.Signal(signal);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        await quickstart.EndsAsync();

        quickstart.Left().ShouldBeEmpty(quickstart.Output);
    }

    [Fact]
    public async Task Nothing_is_left_after_Ctrl_C_in_a_terminal()
    {
        await using var quickstart = QuickstartProcess.Start(terminal: true);
        await quickstart.SaysAsync(AllParts);

        quickstart.Type('\x03');
        await quickstart.EndsAsync();

        quickstart.Left().ShouldBeEmpty(quickstart.Output);
    }

    [Theory]
    [InlineData(AllParts)]
    [InlineData(Running)]
    public async Task Nothing_is_left_when_the_terminal_is_closed(string moment)
    {
        await using var quickstart = QuickstartProcess.Start(terminal: true);
        await ReachesAsync(quickstart, moment);

        quickstart.Signal(QuickstartProcess.Kill);

        await quickstart.NothingIsLeftAsync(AfterTheCommand);
    }

    [Theory]
    [InlineData(FirstPart)]
    [InlineData(AllParts)]
    [InlineData(Running)]
    public async Task When_it_is_killed_its_parts_end_and_the_next_start_takes_away_what_is_left(string moment)
    {
        await using var killed = QuickstartProcess.Start();
        await ReachesAsync(killed, moment);

        killed.Signal(QuickstartProcess.Kill);
        await killed.EndsAsync();
        await Platform.Eventually.HoldsAsync(() => killed.Leftovers.Processes().Count == 0, "the parts to end by themselves", () => string.Join('\n', killed.Left()), AfterTheCommand);
        await using var next = QuickstartProcess.StartAfter(killed);
        await next.SaysAsync(FirstPart);
        next.Signal(QuickstartProcess.Terminate);
        await next.EndsAsync();

        next.Left().ShouldBeEmpty(next.Output);
    }

    [Fact]
    public async Task Nothing_is_left_at_random_moments()
    {
        var seed = Random.Shared.Next();
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var run = 0; run < 4; run++)
        {
            var signal = random.GetItems([QuickstartProcess.Interrupt, QuickstartProcess.Terminate, QuickstartProcess.HangUp], 1)[0];
            var moment = TimeSpan.FromMilliseconds(random.Next(50, 3000));
            await using var quickstart = QuickstartProcess.Start();
            await Task.Delay(moment, TestContext.Current.CancellationToken);
            quickstart.Signal(signal);
            await quickstart.EndsAsync();
            quickstart.Left().ShouldBeEmpty($"seed {seed}, signal {signal} after {moment.TotalMilliseconds:0} ms\n{quickstart.Output}");
        }
    }

    private static Task ReachesAsync(QuickstartProcess quickstart, string moment) => moment == Running ? quickstart.TaskRunsAsync() : quickstart.SaysAsync(moment);
}

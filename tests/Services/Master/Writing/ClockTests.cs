using DataPlatform.Core.Pool;

namespace DataPlatform.Services.Tests.Master.Writing;

/// <summary>Someone sets the clock of the master's host: what lasts, lasts as long as before.</summary>
public class ClockTests
{
    private static readonly TimeSpan TwoHours = TimeSpan.FromHours(2);

    [Theory]
    [InlineData(-2)]
    [InlineData(2)]
    public async Task A_refusal_lasts_as_long_as_it_was_for_whatever_the_clock_is_set_to(int hours)
    {
        await using var pool = await RunningPool.StartAsync();
        var framework = await pool.SubscribeAsync("f", failoverSeconds: 60);
        await pool.RegisterAsync("a");
        (await pool.DeclineAsync(framework, "f", (await pool.OffersAsync()).Single(), seconds: 3)).ShouldBeOfType<PoolOutcome.Accepted>();

        pool.Time.SetWall(TimeSpan.FromHours(hours));
        await pool.TickAfterAsync(TimeSpan.FromSeconds(2));
        (await pool.OffersAsync()).ShouldBeEmpty();

        await pool.TickAfterAsync(TimeSpan.FromSeconds(2));
        (await pool.OffersAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_framework_that_is_away_for_a_second_is_kept_when_the_clock_goes_forward()
    {
        await using var pool = await RunningPool.StartAsync();
        var framework = await pool.SubscribeAsync("f", failoverSeconds: 1800);
        await pool.DoAsync(new PoolCommand.SchedulerStreamClosed("f"));

        pool.Time.SetWall(TwoHours);
        await pool.TickAfterAsync(TimeSpan.FromSeconds(1));
        (await FrameworksAsync(pool)).ShouldBe([framework]);

        await pool.TickAfterAsync(TimeSpan.FromMinutes(30));
        (await FrameworksAsync(pool)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_agent_keeps_its_time_to_answer_when_the_clock_is_set()
    {
        await using var pool = await RunningPool.StartAsync();
        await pool.RegisterAsync("a");
        await pool.TickAfterAsync(TimeSpan.Zero);

        pool.Time.SetWall(TwoHours);
        for (var tick = 0; tick < 10; tick++)
            await pool.TickAfterAsync(TimeSpan.FromSeconds(1));
        (await pool.ReadAsync(state => state.Agents.Values.Single().UnansweredPings)).ShouldBe(1);
    }

    [Fact]
    public async Task What_people_are_told_is_the_time_on_the_wall()
    {
        await using var pool = await RunningPool.StartAsync();
        pool.Time.SetWall(-TwoHours);
        await pool.SubscribeAsync("f", failoverSeconds: 60);
        var registered = await pool.ReadAsync(state => state.Frameworks.Values.Single().RegisteredTime);
        registered.ShouldBe(pool.Time.GetUtcNow());
    }

    private static Task<List<string>> FrameworksAsync(RunningPool pool) =>
        pool.ReadAsync(state => state.Frameworks.Keys.ToList());
}

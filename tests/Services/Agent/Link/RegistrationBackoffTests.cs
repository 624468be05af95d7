using DataPlatform.Services.Agent.Link;

namespace DataPlatform.Services.Tests.Agent.Link;

public sealed class RegistrationBackoffTests
{
    [Fact]
    public void Asks_within_seconds_while_a_master_answers_that_none_leads_yet()
    {
        var backoff = new RegistrationBackoff(TimeSpan.FromSeconds(1), new Random(7));
        for (var step = 0; step < 10; step++)
            backoff.Next(someoneWillLead: true).TotalSeconds.ShouldBeLessThanOrEqualTo(4);
    }

    [Fact]
    public void Doubles_up_to_a_minute_with_chance_and_starts_anew_after_success()
    {
        var backoff = new RegistrationBackoff(TimeSpan.FromSeconds(1), new Random(7));

        for (var step = 1.0; step < 200; step *= 2)
        {
            var expected = Math.Min(step, 64);
            backoff.Next().TotalSeconds.ShouldBeInRange(Math.Min(expected, 60) / 2, Math.Min(expected, 60));
        }

        backoff.Reset();
        backoff.Next().TotalSeconds.ShouldBeLessThanOrEqualTo(1);
    }
}

using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;

namespace DataPlatform.Core.Tests.Pool;

public sealed class TickingTests
{
    [Theory]
    [InlineData(15)]
    [InlineData(0.4)]
    public void A_fleet_that_came_at_once_is_pinged_a_few_at_a_time_and_each_as_often_as_it_is_due(double timeoutSeconds)
    {
        var settings = new PoolSettings { AgentPingTimeout = TimeSpan.FromSeconds(timeoutSeconds) };
        var pool = new PoolUnderTest(settings);
        var streams = Enumerable.Range(0, 2000).Select(number => $"a{number}").ToDictionary(stream => pool.Register(stream));
        // A few may always go; had it no bound, one tick would ping them all.
        var most = Math.Max(32, (int)Math.Ceiling(2 * streams.Count * (settings.TickInterval / settings.AgentPingTimeout)));

        const int timeouts = 4;
        var counts = new Dictionary<string, int>();
        for (var passed = TimeSpan.Zero; passed < timeouts * settings.AgentPingTimeout; passed += settings.TickInterval)
        {
            var before = pool.Events.Count;
            pool.Pass(settings.TickInterval);
            var pinged = pool.Events.Skip(before).OfType<PoolEvent.AgentPinged>().Select(ping => ping.AgentId).ToList();
            pinged.Count.ShouldBeLessThanOrEqualTo(most);
            foreach (var agent in pinged)
            {
                counts[agent] = counts.GetValueOrDefault(agent) + 1;
                pool.Do(new PoolCommand.AgentRequest(new AgentCall { Type = AgentCall.Types.Type.Pong }, streams[agent], pool.Caller));
            }
        }

        streams.Keys.Select(agent => counts.GetValueOrDefault(agent)).ShouldAllBe(count => count >= timeouts - 1 && count <= timeouts);
    }
}

using DataPlatform.Core.Pool;

namespace DataPlatform.Core.Tests.Pool.Agents;

public sealed class RegisteringTests
{
    private readonly PoolUnderTest pool = new();

    [Fact]
    public void An_agent_whose_answer_was_lost_is_the_same_agent_when_it_asks_again()
    {
        var first = Register("stream-1", "host", "home");

        var second = Register("stream-2", "host", "home");

        second.ShouldBe(first);
        pool.State.Agents.ShouldHaveSingleItem().Value.StreamId.ShouldBe("stream-2");
    }

    [Fact]
    public void A_copy_of_a_work_directory_on_another_host_is_another_agent()
    {
        var first = Register("stream-1", "host", "home");

        Register("stream-2", "clone", "home").ShouldNotBe(first);

        pool.State.Agents.Count.ShouldBe(2);
    }

    [Fact]
    public void An_agent_that_was_given_up_comes_back_as_a_new_one()
    {
        var first = Register("stream-1", "host", "home");
        pool.Do(new PoolCommand.MarkAgentGone(first, pool.Caller));

        Register("stream-2", "host", "home").ShouldNotBe(first);
    }

    private string Register(string stream, string hostname, string workDirectoryId)
    {
        var registration = PoolUnderTest.Registration(hostname);
        registration.WorkDirectoryId = workDirectoryId;
        pool.Do(new PoolCommand.RegisterAgent(registration, AgentId: null, stream, pool.Caller));
        return pool.ToldToAgent(stream).First(told => told.Registered is not null).Registered.AgentId.Value;
    }
}

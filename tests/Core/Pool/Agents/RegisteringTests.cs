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

    /// <summary>Found by the simulation.</summary>
    [Fact]
    public void An_agent_joins_while_tasks_of_a_framework_that_is_no_more_hold_what_others_have_by_now()
    {
        var agent = pool.Register("a", "cpus:1;ports:[1-1]");
        var gone = pool.Subscribe("gone");
        pool.Accept(gone, pool.OffersTo("gone"), PoolUnderTest.Task("old", agent, "cpus:1;ports:[1-1]"));
        var old = pool.State.Frameworks[gone].Tasks["old"].Record.Clone();
        var other = pool.Subscribe("other");
        pool.Do(new PoolCommand.TearDown(gone, pool.Caller));
        pool.Accept(other, pool.OffersTo("other"), PoolUnderTest.Task("new", agent, "cpus:1;ports:[1-1]"));
        var task = pool.State.Frameworks[other].Tasks["new"].Record.Clone();

        pool.Do(new PoolCommand.RegisterAgent(PoolUnderTest.Registration("a", "cpus:1;ports:[1-1]", agent, converted: null, old, task), AgentId: null, "a again", pool.Caller));

        pool.ToldToAgent("a again").ShouldNotContain(told => told.Refused != null);
        pool.ToldToAgent("a again").Count(told => told.ShutdownFramework?.FrameworkId.Value == gone).ShouldBe(1);
        pool.State.Agents[agent].Tasks.Keys.ShouldBe([(other, "new")]);
    }

    private string Register(string stream, string hostname, string workDirectoryId)
    {
        var registration = PoolUnderTest.Registration(hostname);
        registration.WorkDirectoryId = workDirectoryId;
        pool.Do(new PoolCommand.RegisterAgent(registration, AgentId: null, stream, pool.Caller));
        return pool.ToldToAgent(stream).First(told => told.Registered is not null).Registered.AgentId.Value;
    }
}

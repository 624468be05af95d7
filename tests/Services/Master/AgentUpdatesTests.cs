using System.Net;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Tests.Master;

/// <summary>Several status updates of an agent in one call.</summary>
public sealed class AgentUpdatesTests
{
    [Fact]
    public async Task Each_is_taken_as_if_it_had_come_alone()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        (await agent.RegisterAsync()).Registered.MostUpdates.ShouldBe(256);
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await FaultTests.RunAsync(framework, agent, "r1", "r2");
        var before = framework.Stream.Events.Count;

        var status = await agent.SendAsync(Of(
            Update(agent, framework.Id, "r1", TaskState.TaskFailed), Update(agent, "no-such-framework", "r1", TaskState.TaskFinished), Update(agent, framework.Id, "r2", TaskState.TaskFinished)));

        status.ShouldBe(HttpStatusCode.Accepted);
        await framework.WaitForStatusAsync("r1", "TASK_FAILED", before);
        await framework.WaitForStatusAsync("r2", "TASK_FINISHED", before);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public async Task None_and_too_many_are_refused(int count)
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();

        (await agent.SendAsync(Of([.. Enumerable.Range(0, count).Select(number => Update(agent, "F", $"t{number}", TaskState.TaskRunning))]))).ShouldBe(HttpStatusCode.BadRequest);
    }

    private static AgentCall Of(params AgentCall.Types.Update[] updates) => new() { Type = AgentCall.Types.Type.Updates, Updates = { updates } };

    private static AgentCall.Types.Update Update(FakeAgent agent, string framework, string task, TaskState state) =>
        new() { FrameworkId = new FrameworkID { Value = framework }, Status = agent.Status(task, state), LatestState = state };
}

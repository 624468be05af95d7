using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Link;

namespace DataPlatform.Services.Tests.Agent.Link;

public sealed class UpdateCallsTests
{
    [Theory]
    [InlineData(0, "a|b|c|d|e")]
    [InlineData(1, "a|b|c|d|e")]
    [InlineData(2, "a b|c d|e")]
    [InlineData(100, "a b c d e")]
    public void As_many_go_together_as_the_master_takes(int most, string expected) =>
        Words(UpdateCalls.Of([.. "abcde".Select(id => Update(id.ToString(), 10))], most)).ShouldBe(expected);

    [Fact]
    public void Large_ones_go_by_themselves() => Words(UpdateCalls.Of([Update("a", 10), Update("b", 300_000), Update("c", 10), Update("d", 10)], 100)).ShouldBe("a|b|c d");

    [Fact]
    public void Nothing_makes_no_call() => UpdateCalls.Of([], 100).ShouldBeEmpty();

    private static string Words(IEnumerable<AgentCall> calls) => string.Join('|', calls.Select(call =>
    {
        call.Type.ShouldBe(call.Update is null ? AgentCall.Types.Type.Updates : AgentCall.Types.Type.Update);
        return call.Update is null ? string.Join(' ', call.Updates.Select(each => each.Status.TaskId.Value)) : call.Update.Status.TaskId.Value;
    }));

    private static AgentCall.Types.Update Update(string task, int bytes) => new()
    {
        FrameworkId = new FrameworkID { Value = "F" },
        Status = new TaskReport { TaskId = new TaskID { Value = task }, State = TaskState.TaskRunning, Message = new string('x', bytes) },
        LatestState = TaskState.TaskRunning,
    };
}

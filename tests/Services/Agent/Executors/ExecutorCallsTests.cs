using System.Text;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Executors;

namespace DataPlatform.Services.Tests.Agent.Executors;

public sealed class ExecutorCallsTests
{
    private const string Uuid = "\"uuid\":\"PNlTL83KQT+Ot1fUfp2UCA==\"";

    [Theory]
    [InlineData("\"type\":\"SUBSCRIBE\",\"subscribe\":{}")]
    [InlineData("\"type\":\"SUBSCRIBE\"")]
    [InlineData("\"type\":\"HEARTBEAT\"")]
    [InlineData("\"type\":\"MESSAGE\",\"message\":{\"data\":\"cG9uZw==\"}")]
    [InlineData("\"type\":\"UPDATE\",\"update\":{\"status\":{\"task_id\":{\"value\":\"t\"},\"source\":\"SOURCE_EXECUTOR\",\"state\":\"TASK_RUNNING\"," + Uuid + "}}")]
    public void Takes_what_the_contract_has(string fields) => ExecutorCalls.WhyNot(Call(fields)).ShouldBeNull();

    [Theory]
    [InlineData("\"type\":null", "'type'")]
    [InlineData("\"type\":\"MESSAGE\"", "'message'")]
    [InlineData("\"type\":\"UPDATE\"", "'update'")]
    [InlineData("\"type\":\"UPDATE\",\"update\":{\"status\":{\"task_id\":{\"value\":\"t\"},\"source\":\"SOURCE_EXECUTOR\",\"state\":\"TASK_RUNNING\"}}", "uuid")]
    [InlineData("\"type\":\"UPDATE\",\"update\":{\"status\":{\"task_id\":{\"value\":\"t\"},\"source\":\"SOURCE_EXECUTOR\",\"state\":\"TASK_RUNNING\",\"uuid\":\"AA==\"}}", "uuid")]
    [InlineData("\"type\":\"UPDATE\",\"update\":{\"status\":{\"task_id\":{\"value\":\"t\"},\"source\":\"SOURCE_MASTER\",\"state\":\"TASK_RUNNING\"," + Uuid + "}}", "source")]
    [InlineData("\"type\":\"UPDATE\",\"update\":{\"status\":{\"task_id\":{\"value\":\"t\"},\"source\":\"SOURCE_EXECUTOR\",\"state\":\"TASK_STAGING\"," + Uuid + "}}", "TASK_STAGING")]
    [InlineData("\"type\":\"UPDATE\",\"update\":{\"status\":{\"task_id\":{\"value\":\"t\"},\"executor_id\":{\"value\":\"y\"},\"source\":\"SOURCE_EXECUTOR\",\"state\":\"TASK_RUNNING\"," + Uuid + "}}", "executor_id")]
    [InlineData("\"type\":\"SUBSCRIBE\",\"subscribe\":{\"unacknowledged_updates\":[{\"status\":{\"task_id\":{\"value\":\"t\"},\"source\":\"SOURCE_EXECUTOR\",\"state\":\"TASK_RUNNING\"}}]}", "uuid")]
    public void Refuses_what_it_can_not_use_and_says_what(string fields, string named) =>
        ExecutorCalls.WhyNot(Call(fields)).ShouldNotBeNull().ShouldContain(named);

    private static ExecutorCall Call(string fields) => MesosJson.Parse<ExecutorCall>(Encoding.UTF8.GetBytes(
        $"{{\"executor_id\":{{\"value\":\"x\"}},\"framework_id\":{{\"value\":\"F\"}},{fields}}}"));
}

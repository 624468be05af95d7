using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>What a real Mesos said of a task, update by update, is what this agent says of the same task.</summary>
public sealed class RecordedTaskTests
{
    private const string Changing = "check whose result changes";

    [Fact]
    public async Task Says_of_each_task_what_a_real_Mesos_said()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var framework = Framework(Capability.MultiRole, Capability.PartitionAware, Capability.TaskKillingState, Capability.ReservationRefinement);
        var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Agent", "Recorded", "tasks.jsonl")).Select(line => JsonNode.Parse(line)!).ToList();
        lines.Count.ShouldBe(11);
        foreach (var line in lines)
        {
            var task = MesosJson.Parse<TaskInfo>(System.Text.Encoding.UTF8.GetBytes(line["task"]!.ToJsonString()));
            task.AgentId = new AgentID { Value = "master-S0" };
            agent.Run(task, framework);
            if (line["kill"]!.GetValue<bool>())
            {
                await master.WaitForAsync(task.TaskId.Value, TaskState.TaskRunning);
                agent.Kill(task.TaskId.Value);
            }
        }

        foreach (var line in lines)
        {
            var id = line["task"]!["task_id"]!["value"]!.GetValue<string>();
            var name = line["name"]!.GetValue<string>();
            var expected = Told(name, line["updates"]!.AsArray().Select(each => each!.DeepClone()));
            await master.Eventually(() => Told(name, Ours(master, id)).Count >= expected.Count, name);
            Told(name, Ours(master, id)).ShouldBe(expected, name);
        }
    }

    private static IEnumerable<JsonNode> Ours(FakeMaster master, string task) =>
        master.Reports(task).Select(each => JsonNode.Parse(MesosJson.Serialize(each))!);

    private static List<string> Told(string name, IEnumerable<JsonNode> updates)
    {
        var told = updates.Select(Comparable).ToList();
        // Whether its first look comes before or after the task's first step is chance.
        if (name == Changing && told.Count > 2 && told[2].Contains("\"exit_code\":1", StringComparison.Ordinal))
            told.RemoveAt(2);
        return told;
    }

    /// <summary>Without what is another thing every time: that it is there is compared, not what it is.</summary>
    private static string Comparable(JsonNode update)
    {
        // This agent says in words what a health check saw; Mesos leaves that to its log.
        if (update["state"]!.GetValue<string>() == "TASK_RUNNING")
            update.AsObject().Remove("message");
        Blur(update);
        return update.ToJsonString();
    }

    private static void Blur(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
                Blur(item);
        }
        else if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToList())
            {
                if (name is "message" or "timestamp" or "uuid" or "executor_pid" or "container_id" or "agent_id")
                    members[name] = "there";
                else
                    Blur(value);
            }

            var sorted = members.OrderBy(member => member.Key, StringComparer.Ordinal).ToList();
            members.Clear();
            foreach (var (name, value) in sorted)
                members[name] = value;
        }
    }
}

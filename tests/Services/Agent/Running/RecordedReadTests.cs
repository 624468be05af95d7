using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>
/// Every read of a real Mesos agent that was recorded, made here: the same status and form, and every field that was
/// there but those named below with the reason.
/// </summary>
public sealed class RecordedReadTests
{
    private const string EmptyList = "a list without entries is left out, as absent";
    private const string NoPods = "this test has no pod and no executor of a framework's own";
    private const string NoSuchTask = "no task of this test has one";
    private const string NothingLent = "revocable resources are not lent yet";

    private static readonly (string Prefix, string Why)[] Deliberate =
    [
        ("get_frameworks.completed_frameworks", EmptyList),
        ("get_tasks.pending_tasks", EmptyList),
        ("get_tasks.queued_tasks", EmptyList),
        ("get_tasks.terminated_tasks", EmptyList),
        ("get_operations.operations", "operations are the master's"),
        ("get_tasks.completed_tasks[].executor_id", NoPods),
        ("get_tasks.completed_tasks[].health_check", NoSuchTask),
        ("get_tasks.completed_tasks[].kill_policy", NoSuchTask),
        ("get_tasks.completed_tasks[].statuses[].check_status", NoSuchTask),
        ("get_tasks.completed_tasks[].statuses[].healthy", NoSuchTask),
        ("get_tasks.completed_tasks[].statuses[].reason", NoSuchTask),
        ("get_tasks.completed_tasks[].statuses[].container_status.container_id.parent", NoPods),
        ("get_executors.executors[].executor_info.command", "no executor program is run for a command task"),
        ("get_executors.completed_executors[].executor_info.command", "no executor program is run for a command task"),
        ("get_executors.completed_executors[].executor_info.type", NoPods),
        ("get_executors.completed_executors[].executor_info.shutdown_grace_period", NoPods),
        ("frameworks[].completed_executors[].type", NoPods),
        ("frameworks[].completed_executors[].completed_tasks[].health_check", NoSuchTask),
        ("frameworks[].completed_executors[].completed_tasks[].statuses[].healthy", NoSuchTask),
        ("frameworks[].completed_executors[].completed_tasks[].statuses[].container_status.container_id.parent", NoPods),
        ("containerizer/fetcher/cache_size", "not counted"),
        ("containerizer/mesos/", "parts of the Mesos containerizer that have no counterpart"),
        ("gc/", "not counted"),
        ("resource_provider_manager/", "there are no resource providers"),
        ("slave/executor_directory_max_allowed_age_secs", "not counted"),
        ("slave/executors_preempted", NothingLent),
        ("slave/invalid_", "refused calls are the master's"),
        ("slave/recovery_time_secs", "not measured"),
        ("slave/cpus_revocable", NothingLent),
        ("slave/mem_revocable", NothingLent),
        ("slave/disk_revocable", NothingLent),
        ("slave/gpus_revocable", NothingLent),
    ];

    [Fact]
    public async Task Answers_every_read_with_the_fields_of_a_real_Mesos()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        using var http = new HttpClient { BaseAddress = agent.Endpoint };
        var framework = Framework(FrameworkInfo.Types.Capability.Types.Type.MultiRole);
        framework.Roles.Add("analytics");
        framework.FailoverTimeout = 30;
        framework.Checkpoint = true;
        foreach (var task in (TaskInfo[])[TaskOf("runs", "sleep 300"), TaskOf("ended", "true")])
        {
            foreach (var resource in task.Resources)
                resource.AllocationInfo = new Resource.Types.AllocationInfo { Role = "analytics" };
            agent.Run(task, framework);
        }

        await master.WaitForAsync("runs", TaskState.TaskRunning);
        await master.WaitForAsync("ended", TaskState.TaskFinished);
        await master.Eventually(() => Directory.GetDirectories(Path.Combine(agent.WorkDirectory, "meta", "runs")).Length == 1, "the ended task to be told to its end");

        var missing = new List<string>();
        foreach (var prefix in (string[])["", "/slave(1)"])
        {
            foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Agent", "Recorded", "shapes.jsonl")).Select(each => JsonNode.Parse(each)!))
            {
                var name = line["name"]!.GetValue<string>();
                using var request = new HttpRequestMessage(new HttpMethod(line["method"]!.GetValue<string>()), prefix + line["path"]!.GetValue<string>());
                if (line["body"] is { } body)
                    request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
                using var response = await http.SendAsync(request);
                ((int)response.StatusCode).ShouldBe(line["status"]!.GetValue<int>(), name);
                var fields = new HashSet<string>();
                Collect(JsonNode.Parse(await response.Content.ReadAsStringAsync()), "", fields);
                missing.AddRange(line["fields"]!.AsArray().Select(each => each!.GetValue<string>())
                    .Where(each => !fields.Contains(each) && !Deliberate.Any(other => Within(each).StartsWith(other.Prefix, StringComparison.Ordinal)))
                    .Select(each => $"{name}: {each}"));
            }
        }

        missing.ShouldBeEmpty();
    }

    [Fact]
    public async Task Shows_what_a_task_uses()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var task = TaskOf("busy", "dd if=/dev/zero of=file bs=1M count=3 2>/dev/null; i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done; touch done; sleep 300");
        task.Resources.Add(AgentUnderTest.Scalar("disk", 16));
        agent.Run(task);
        await master.WaitForAsync("busy", TaskState.TaskRunning);
        await master.Eventually(() => File.Exists(Path.Combine(agent.Sandbox("busy"), "done")), "the task's work");

        var (_, answer, text) = await agent.CallAsync(new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.GetContainers });

        var container = answer.ShouldNotBeNull(text).GetContainers.Containers.ShouldHaveSingleItem();
        (container.FrameworkId.Value, container.ExecutorId.Value).ShouldBe((FrameworkId, "busy"));
        container.ContainerId.Value.ShouldBe(Path.GetFileName(agent.Sandbox("busy")));
        var used = container.ResourceStatistics;
        (used.CpusUserTimeSecs + used.CpusSystemTimeSecs).ShouldBeGreaterThan(0);
        used.MemRssBytes.ShouldBeGreaterThan(0ul);
        used.Processes.ShouldBeGreaterThan(0u);
        (used.MemLimitBytes, used.DiskLimitBytes).ShouldBe((64ul << 20, 16ul << 20));
        used.DiskUsedBytes.ShouldBeInRange(3ul << 20, 4ul << 20);
    }

    [Fact]
    public async Task Says_more_for_a_while_when_asked()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        (await LevelAsync(agent)).ShouldBe(0u);
        agent.Log.ShouldNotContain("Launch");

        (await SetAsync(agent, 4, 10)).ShouldBe(400);
        (await SetAsync(agent, 1, 0)).ShouldBe(400);
        (await SetAsync(agent, 1, 600)).ShouldBe(200);
        (await LevelAsync(agent)).ShouldBe(1u);
        agent.Run(TaskOf("t1", "true"));
        await master.WaitForAsync("t1", TaskState.TaskFinished);
        await master.Eventually(() => agent.Log.Contains("Launch", StringComparison.Ordinal), "the step in the log");

        (await SetAsync(agent, 0, 1)).ShouldBe(200);
        (await LevelAsync(agent)).ShouldBe(0u);
    }

    private static async Task<uint> LevelAsync(AgentUnderTest agent) =>
        (await agent.CallAsync(new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.GetLoggingLevel })).Answer!.GetLoggingLevel.Level;

    private static async Task<int> SetAsync(AgentUnderTest agent, uint level, int seconds) => (await agent.CallForStatusAsync(new AgentOperatorCall
    {
        Type = AgentOperatorCall.Types.Type.SetLoggingLevel,
        SetLoggingLevel = new AgentOperatorCall.Types.SetLoggingLevel { Level = level, Duration = new DurationInfo { Nanoseconds = seconds * 1_000_000_000L } },
    }));

    /// <summary>GET_STATE holds the answers of the others.</summary>
    private static string Within(string field) => field.StartsWith("get_state.", StringComparison.Ordinal) ? field["get_state.".Length..] : field;

    private static void Collect(JsonNode? node, string path, HashSet<string> fields)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
                Collect(item, path + "[]", fields);
        }
        else if (node is JsonObject members)
        {
            foreach (var (name, value) in members)
            {
                var inner = path.Length > 0 ? $"{path}.{name}" : name;
                fields.Add(inner);
                Collect(value, inner, fields);
            }
        }
    }
}

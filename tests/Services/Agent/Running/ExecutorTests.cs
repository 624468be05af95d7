using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>Executors of frameworks' own, as real processes over the agent's executor API.</summary>
public sealed class ExecutorTests
{
    [Fact]
    public async Task Sees_what_a_real_Mesos_showed()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        agent.Run(TaskUnder(agent, "custom-1", "x1"), Framework(Capability.PartitionAware, Capability.TaskKillingState));
        await master.WaitForAsync("x1", TaskState.TaskRunning);
        Say(master, "custom-1", "ping");
        await master.Eventually(() => master.ExecutorMessages.Count == 1, "the executor's answer");
        agent.Kill("x1");
        await master.WaitForAsync("x1", TaskState.TaskKilled);
        await master.Eventually(() => Seen(agent, "custom-1").Count(line => Words(line) == "ACKNOWLEDGED") == 2, "both acknowledgements");
        ShutDown(master, "custom-1");
        await master.Eventually(() => master.EndedExecutors.Count == 1, "the end of the executor");

        var recorded = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Agent", "Recorded", "executor.jsonl")).Select(line => JsonNode.Parse(line)!).ToList();
        var ours = Seen(agent, "custom-1");
        // An answer and the event that follows it come over two connections, in either order.
        Shapes(ours).Order(StringComparer.Ordinal).ShouldBe(Shapes(recorded).Order(StringComparer.Ordinal));
        ours.Where(line => line["event"] is not null).Select(Words).ShouldBe(recorded.Where(line => line["event"] is not null).Select(Words));
        recorded[0]["environment"]!.AsObject().Select(each => each.Key).Except(ours[0]["environment"]!.AsObject().Select(each => each.Key)).ShouldBeEmpty();
        foreach (var name in (string[])["MESOS_EXECUTOR_ID", "MESOS_CHECKPOINT", "MESOS_HTTP_COMMAND_EXECUTOR", "MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", "MESOS_SUBSCRIPTION_BACKOFF_MAX", "MESOS_RECOVERY_TIMEOUT", "LIBPROCESS_PORT", "PATH"])
            ours[0]["environment"]![name]!.GetValue<string>().ShouldBe(recorded[0]["environment"]![name]!.GetValue<string>(), name);
        master.EndedExecutors.ShouldHaveSingleItem().Status.ShouldBe(0);
        master.ExecutorMessages.ShouldHaveSingleItem().Data.ToStringUtf8().ShouldBe("pong");
        agent.Log.ShouldNotContain(ours[0]["environment"]!["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"]!.GetValue<string>());
    }

    [Fact]
    public async Task Says_of_the_tasks_what_a_real_Mesos_said()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        agent.Run(TaskUnder(agent, "x", "x1"));
        var running = await master.WaitForAsync("x1", TaskState.TaskRunning);

        (running.Source, running.AgentId.Value, running.ExecutorId.Value, running.HasTimestamp).ShouldBe((TaskReport.Types.Source.Executor, "master-S0", "x", true));
        running.ContainerStatus.ContainerId.Value.ShouldBe(Path.GetFileName(agent.Sandbox("x")));
        running.ContainerStatus.NetworkInfos.ShouldHaveSingleItem().IpAddresses.ShouldHaveSingleItem().IpAddress.ShouldBe("127.0.0.1");
        running.ContainerStatus.ExecutorPid.ShouldBeGreaterThan(0u);
        Seen(agent, "x").Single(line => line["call"]?["type"]?.GetValue<string>() == "UPDATE")["call"]!["update"]!["status"]!["uuid"]!.GetValue<string>()
            .ShouldBe(running.Uuid.ToBase64());
        var executors = (await agent.CallAsync(new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.GetExecutors })).Answer!.GetExecutors.Executors;
        executors.ShouldHaveSingleItem().ExecutorInfo.ExecutorId.Value.ShouldBe("x");
        var tasks = (await agent.CallAsync(new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.GetTasks })).Answer!.GetTasks;
        tasks.LaunchedTasks.ShouldHaveSingleItem().ExecutorId.Value.ShouldBe("x");
    }

    [Fact]
    public async Task Several_tasks_share_one_executor_whose_memory_grows_with_them()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        agent.Run(TaskUnder(agent, "x", "t1"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        agent.Run(TaskUnder(agent, "x", "t2", megabytes: 512));
        await master.WaitForAsync("t2", TaskState.TaskRunning);

        Say(master, "x", "take 300");
        await master.Eventually(() => master.ExecutorMessages.Count == 1 || master.EndedExecutors.Count > 0, "the executor to take memory");

        master.EndedExecutors.ShouldBeEmpty("it has the memory of its tasks");
        master.Reports("t1")[0].ContainerStatus.ContainerId.ShouldBe(master.Reports("t2")[0].ContainerStatus.ContainerId);
        var group = Directory.Exists("/sys/fs/cgroup/memory")
            ? Directory.GetDirectories("/sys/fs/cgroup/memory", Path.GetFileName(agent.Sandbox("x")), SearchOption.AllDirectories).FirstOrDefault() : null;
        if (group is not null)
            (await File.ReadAllTextAsync(Path.Combine(group, "memory.limit_in_bytes"))).Trim().ShouldBe($"{(64L + 64 + 512) << 20}");
    }

    [Fact]
    public async Task A_group_is_one_event()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        var (first, second) = (TaskOf("g1", "true"), TaskOf("g2", "true"));
        master.Say(new AgentEvent
        {
            Type = AgentEvent.Types.Type.RunGroup,
            RunGroup = new AgentEvent.Types.RunGroup { Framework = Framework(), Executor = Executor(agent, "x"), TaskGroup = new TaskGroupInfo { Tasks = { first, second } } },
        });

        await master.WaitForAsync("g1", TaskState.TaskRunning);
        await master.WaitForAsync("g2", TaskState.TaskRunning);
        Seen(agent, "x").Select(Words).Count(words => words == "LAUNCH_GROUP").ShouldBe(1);
    }

    [Fact]
    public async Task Its_end_is_the_end_of_its_tasks()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        agent.Run(TaskUnder(agent, "x", "t1"), Framework(Capability.PartitionAware));
        await master.WaitForAsync("t1", TaskState.TaskRunning);

        Say(master, "x", "exit 3");

        (await master.WaitForAsync("t1", TaskState.TaskFailed)).Reason.ShouldBe(Reason.ExecutorTerminated);
        await master.Eventually(() => master.EndedExecutors.Count == 1, "the end of the executor");
        master.EndedExecutors[0].Status.ShouldBe(3 << 8);
        await master.Eventually(() => Directory.GetDirectories(Path.Combine(agent.WorkDirectory, "meta", "runs")).Length == 0, "the checkpoints to go");
        await master.Eventually(() => Directory.GetFiles(Path.Combine(agent.WorkDirectory, "meta", "executors")).Length == 0, "the history of its tasks to go");
    }

    [Fact]
    public async Task One_that_does_not_heed_shutdown_is_killed_after_its_grace_period()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        agent.Run(TaskUnder(agent, "x", "t1", mode: "deaf", grace: TimeSpan.FromMilliseconds(300)));
        await master.WaitForAsync("t1", TaskState.TaskRunning);

        ShutDown(master, "x");

        (await master.WaitForAsync("t1", TaskState.TaskFailed)).Reason.ShouldBe(Reason.ExecutorTerminated);
        await master.Eventually(() => master.EndedExecutors.Count == 1, "the end of the executor");
        master.EndedExecutors[0].Status.ShouldBe(9);
        Seen(agent, "x").Select(Words).ShouldContain("SHUTDOWN");
    }

    [Theory]
    [InlineData("mute")]
    [InlineData("without-token")]
    public async Task One_that_does_not_get_to_subscribe_is_given_up(string mode)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, "--executor-registration-timeout", "1secs");

        agent.Run(TaskUnder(agent, "x", "t1", mode));

        (await master.WaitForAsync("t1", TaskState.TaskFailed)).Reason.ShouldBe(Reason.ExecutorRegistrationTimeout);
        var statuses = Seen(agent, "x").Where(line => line["status"] is not null).Select(line => line["status"]!.GetValue<int>()).Distinct();
        statuses.ShouldBe(mode == "mute" ? [] : [401]);
    }

    [Fact]
    public async Task An_executor_may_speak_of_no_task_but_its_own()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        agent.Run(TaskUnder(agent, "x", "t1"));
        agent.Run(TaskOf("alone", "sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await master.WaitForAsync("alone", TaskState.TaskRunning);

        Say(master, "x", "update alone TASK_FAILED");

        await master.Eventually(() => Seen(agent, "x").Exists(line => line["status"]?.GetValue<int>() == 400), "the refusal");
        master.Reports("alone")[^1].State.ShouldBe(TaskState.TaskRunning);
    }

    [Fact]
    public async Task One_that_talks_without_end_is_refused_while_others_are_heard()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, "--executor-messages-per-second", "1", "--executor-messages-at-once", "5");
        agent.Run(TaskUnder(agent, "x", "t1"));
        agent.Run(TaskUnder(agent, "y", "t2"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await master.WaitForAsync("t2", TaskState.TaskRunning);

        Say(master, "x", "talk 100");
        List<int> Answers() => [.. Seen(agent, "x").Where(line => line["call"]?["type"]?.GetValue<string>() == "MESSAGE").Select(line => line["status"]!.GetValue<int>())];
        await master.Eventually(() => Answers().Count == 100, "the last answer");
        Say(master, "y", "ping");
        await master.Eventually(() => master.ExecutorMessages.Any(each => each.ExecutorId.Value == "y"), "the other's answer");

        var taken = Answers().Count(status => status == 202);
        taken.ShouldBeInRange(5, 99);
        Answers().Count(status => status == 429).ShouldBe(100 - taken);
        await master.Eventually(() => master.ExecutorMessages.Count(each => each.ExecutorId.Value == "x") == taken, "what was taken");
        using var http = new HttpClient { BaseAddress = agent.Endpoint };
        var metrics = JsonNode.Parse(await http.GetStringAsync("/metrics/snapshot"))!;
        metrics["slave/executor_messages_refused"]!.GetValue<double>().ShouldBe(100 - taken);
        metrics["slave/valid_framework_messages"]!.GetValue<double>().ShouldBe(taken + 1);
    }

    [Fact]
    public async Task One_that_ended_with_its_host_is_told_as_command_tasks_are()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        agent.Run(TaskUnder(agent, "x", "t1"), Framework(Capability.PartitionAware));
        var pid = (await master.WaitForAsync("t1", TaskState.TaskRunning)).ContainerStatus.ExecutorPid;
        await agent.CrashAsync();
        Native.kill((int)pid, 9).ShouldBe(0);
        await File.WriteAllTextAsync(Path.Combine(agent.WorkDirectory, "meta", "boot_id"), "an earlier one\n");

        await agent.StartProcessAsync();

        var failed = await master.WaitForAsync("t1", TaskState.TaskFailed);
        failed.Reason.ShouldBe(Reason.ExecutorTerminated);
        failed.Message.ShouldEndWith("its supervisor was killed or the host restarted");
        // A registration that does not name it says that it is gone; where the agent registered before its processes had ended, their end is told.
        await master.Eventually(() => (master.Registrations[^1].Executors.Count == 0) != (master.EndedExecutors.Count == 1), "the end of the executor, told in one way");
    }

    [Fact]
    public async Task Outlives_its_agent_and_finds_it_again()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        agent.Run(TaskUnder(agent, "x", "t1"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        agent.KeepPort();

        await agent.CrashAsync();
        await agent.StartProcessAsync();

        var registration = master.Registrations[^1];
        registration.Executors.ShouldHaveSingleItem().ExecutorId.Value.ShouldBe("x");
        registration.Tasks.ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskRunning);
        await master.Eventually(() => Seen(agent, "x").Count(line => Words(line) == "SUBSCRIBED") == 2, "the executor to come back");
        agent.Run(TaskUnder(agent, "x", "t2"));
        await master.WaitForAsync("t2", TaskState.TaskRunning);
        agent.Kill("t1");
        await master.WaitForAsync("t1", TaskState.TaskKilled);
        master.EndedExecutors.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_does_not_find_its_agent_again_is_given_up()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, "--executor-reregistration-timeout", "1secs");
        agent.Run(TaskUnder(agent, "x", "t1"), Framework(Capability.PartitionAware));
        await master.WaitForAsync("t1", TaskState.TaskRunning);

        await agent.CrashAsync();
        await agent.StartProcessAsync(); // On another port.

        (await master.WaitForAsync("t1", TaskState.TaskGone)).Reason.ShouldBe(Reason.ExecutorReregistrationTimeout);
        await master.Eventually(() => master.EndedExecutors.Count == 1, "the end of the executor");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer made-up")]
    [InlineData("Basic YTpi")]
    public async Task Without_its_token_nobody_is_an_executor(string authorization)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var http = new HttpClient { BaseAddress = agent.Endpoint };

        using var answer = await http.SendAsync(Request(authorization, Call("x", "\"type\":\"HEARTBEAT\"")));

        ((int)answer.StatusCode).ShouldBe(401);
        answer.Headers.WwwAuthenticate.ShouldHaveSingleItem().Scheme.ShouldBe("Bearer");
    }

    [Fact]
    public async Task Calls_are_answered_as_Mesos_answers_them()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        agent.Run(TaskUnder(agent, "x", "t1", "mute"));
        await master.Eventually(() => Directory.Exists(Path.Combine(agent.WorkDirectory, "slaves")) && HasSandbox(agent) && Seen(agent, "x").Count > 0, "the executor to start");
        var token = "Bearer " + Seen(agent, "x")[0]["environment"]!["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"]!.GetValue<string>();
        using var http = new HttpClient { BaseAddress = agent.Endpoint };
        async Task<int> StatusOf(HttpRequestMessage request)
        {
            using var answer = await http.SendAsync(request);
            return (int)answer.StatusCode;
        }

        const string heartbeat = "\"type\":\"HEARTBEAT\"";
        (await StatusOf(Request(token, Call("x", heartbeat)))).ShouldBe(403, "it is not subscribed");
        (await StatusOf(Request(token, Call("y", heartbeat)))).ShouldBe(403, "another executor's");
        (await StatusOf(Request(token, Call("x", "\"type\":\"MESSAGE\"")))).ShouldBe(400, "a part is missing");
        (await StatusOf(Request(token, "{"))).ShouldBe(400, "no JSON");
        (await StatusOf(Request(token, Call("x", heartbeat), "text/plain"))).ShouldBe(415);
        (await StatusOf(Request(token, Call("x", heartbeat), ""))).ShouldBe(400, "no Content-Type");
        (await StatusOf(Request(token, Call("x", "\"type\":\"SUBSCRIBE\",\"subscribe\":{}"), accept: "text/html"))).ShouldBe(406);
        (await StatusOf(new HttpRequestMessage(HttpMethod.Put, "/slave(1)/api/v1/executor"))).ShouldBe(405);

        using (var subscription = await http.SendAsync(
            Request(token, Call("x", "\"type\":\"SUBSCRIBE\",\"subscribe\":{}"), accept: "application/x-protobuf", path: "/slave(1)/api/v1/executor"), HttpCompletionOption.ResponseHeadersRead))
        {
            subscription.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-protobuf");
            var reader = new RecordReader(await subscription.Content.ReadAsStreamAsync());
            foreach (var expected in (ExecutorEvent.Types.Type[])[ExecutorEvent.Types.Type.Subscribed, ExecutorEvent.Types.Type.Launch])
                ExecutorEvent.Parser.ParseFrom((await reader.ReadAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull()).Type.ShouldBe(expected);
            (await StatusOf(Request(token, Call("x", heartbeat)))).ShouldBe(202);
        }

        ShutDown(master, "x");
        await master.Eventually(() => master.EndedExecutors.Count == 1, "the end of the executor");
        (await StatusOf(Request(token, Call("x", heartbeat)))).ShouldBe(400, "there is no such executor any more");
    }

    private static bool HasSandbox(AgentUnderTest agent) => Directory.GetDirectories(Path.Combine(agent.WorkDirectory, "slaves")).Length > 0
        && Directory.GetDirectories(agent.WorkDirectory, "latest", SearchOption.AllDirectories).Length > 0;

    private static string Call(string executor, string fields) =>
        $"{{\"executor_id\":{{\"value\":\"{executor}\"}},\"framework_id\":{{\"value\":\"{FrameworkId}\"}},{fields}}}";

    private static HttpRequestMessage Request(string authorization, string body, string type = "application/json", string? accept = null, string path = "/api/v1/executor")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        if (type.Length > 0)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (authorization.Length > 0)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return request;
    }

    internal static async Task<AgentUnderTest> StartAsync(FakeMaster master, params string[] more)
    {
        var agent = await AgentUnderTest.StartAsync(master, work => [.. more, "--fetcher-local-dirs", work]);
        GiveProgram(agent);
        return agent;
    }

    /// <summary>Where <see cref="TaskUnder"/> has it fetched from.</summary>
    internal static void GiveProgram(AgentUnderTest agent)
    {
        var source = Path.Combine(agent.WorkDirectory, "executor.py");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Agent", "Running", "executor.py"), source);
        File.SetUnixFileMode(source, (UnixFileMode)0x1A4);
    }

    private static ExecutorInfo Executor(AgentUnderTest agent, string id, string mode = "", TimeSpan? grace = null) => new()
    {
        Type = ExecutorInfo.Types.Type.Custom,
        Name = "custom",
        ExecutorId = new ExecutorID { Value = id },
        FrameworkId = new FrameworkID { Value = FrameworkId },
        Command = new CommandInfo { Value = $"exec python3 executor.py {mode}", Uris = { new CommandInfo.Types.URI { Value = $"file://{agent.WorkDirectory}/executor.py" } } },
        Resources = { AgentUnderTest.Scalar("cpus", 0.1), AgentUnderTest.Scalar("mem", 64) },
        ShutdownGracePeriod = grace is { } given ? new DurationInfo { Nanoseconds = given.Ticks * TimeSpan.NanosecondsPerTick } : null,
    };

    internal static TaskInfo TaskUnder(AgentUnderTest agent, string executor, string id, string mode = "", double megabytes = 64, TimeSpan? grace = null)
    {
        var task = TaskOf(id, "");
        task.Command = null;
        task.Executor = Executor(agent, executor, mode, grace);
        task.Resources.Clear();
        task.Resources.Add([AgentUnderTest.Scalar("cpus", 0.1), AgentUnderTest.Scalar("mem", megabytes)]);
        return task;
    }

    internal static void Say(FakeMaster master, string executor, string words) => master.Say(new AgentEvent
    {
        Type = AgentEvent.Types.Type.ExecutorMessage,
        ExecutorMessage = new AgentEvent.Types.ExecutorMessage
        {
            FrameworkId = new FrameworkID { Value = FrameworkId }, ExecutorId = new ExecutorID { Value = executor }, Data = ByteString.CopyFromUtf8(words),
        },
    });

    internal static void ShutDown(FakeMaster master, string executor) => master.Say(new AgentEvent
    {
        Type = AgentEvent.Types.Type.ShutdownExecutor,
        ShutdownExecutor = new AgentEvent.Types.ShutdownExecutor { FrameworkId = new FrameworkID { Value = FrameworkId }, ExecutorId = new ExecutorID { Value = executor } },
    });

    private static List<JsonNode> Seen(AgentUnderTest agent, string executor)
    {
        var path = Path.Combine(agent.Sandbox(executor), "seen.jsonl");
        // The last line may be only begun.
        return File.Exists(path)
            ? File.ReadAllText(path).Split('\n').SkipLast(1).Select(line => JsonNode.Parse(line)!).ToList()
            : [];
    }

    private static string Words(JsonNode line) => line["event"]?["type"]?.GetValue<string>() ?? "";

    /// <summary>Calls, answers and events, as the paths of all that is in them: what differs from run to run is left out.</summary>
    private static IEnumerable<string> Shapes(IEnumerable<JsonNode> lines) => lines.Where(line => line["environment"] is null).Select(line =>
    {
        var type = line["call"]?["type"] ?? line["event"]!["type"];
        return $"{type} {line["status"]} {line["content_type"]} {string.Join(' ', Paths(line, "").Where(IsCompared).Distinct().Order(StringComparer.Ordinal))}";
    });

    /// <summary>What is not: resources and framework are this test's own, and our agents say their attributes.</summary>
    private static bool IsCompared(string path) => !((string[])["resources", ".framework_info.", ".attributes", ".uris", ".command."]).Any(path.Contains);

    private static IEnumerable<string> Paths(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => Paths(member.Value, $"{path}.{member.Key}")),
        JsonArray items => items.SelectMany(item => Paths(item, path + "[]")),
        _ => [path],
    };
}

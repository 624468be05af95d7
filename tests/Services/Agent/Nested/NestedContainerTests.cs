using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Tests.Agent.Running;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using Body = DataPlatform.Core.Protocol.Mesos.AgentOperatorCall.Types;
using CallType = DataPlatform.Core.Protocol.Mesos.AgentOperatorCall.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Nested;

/// <summary>The calls about containers within a task's, on a real agent.</summary>
public sealed class NestedContainerTests
{
    [Theory]
    [InlineData("json")]
    [InlineData("protobuf")]
    public async Task A_container_writes_into_a_folder_of_its_own_tells_its_end_and_can_be_removed(string codec)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent, codec);
        var id = NestedClient.IdWithin(master, "t1", "n1");

        (await client.LaunchAsync(id, "echo out; echo err >&2; exit 3")).Status.ShouldBe(200);
        (await client.WaitAsync(id)).ShouldBe(3 << 8);

        (await agent.ReadFileAsync("t1", "containers/n1/stdout")).ShouldBe("out\n");
        (await agent.ReadFileAsync("t1", "containers/n1/stderr")).ShouldBe("err\n");
        (await client.LaunchAsync(id, "true")).Status.ShouldBe(202);
        (await client.CallAsync(Remove(id))).Status.ShouldBe(200);
        Directory.Exists(Path.Combine(agent.Sandbox("t1"), "containers", "n1")).ShouldBeFalse();
        (await client.CallAsync(Remove(id))).Status.ShouldBe(404);
        (await client.CallAsync(Wait(id))).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("protobuf")]
    public async Task The_newer_names_of_the_calls_do_the_same(string codec)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent, codec);
        var id = NestedClient.IdWithin(master, "t1", "n1");

        (await client.CallAsync(new AgentOperatorCall { Type = CallType.LaunchContainer, LaunchContainer = new Body.LaunchContainer { ContainerId = id, Command = NestedClient.Shell("exec sleep 300") } })).Status.ShouldBe(200);
        (await client.CallAsync(new AgentOperatorCall { Type = CallType.RemoveContainer, RemoveContainer = new Body.RemoveContainer { ContainerId = id } })).Status.ShouldBe(409);
        (await client.CallAsync(new AgentOperatorCall { Type = CallType.KillContainer, KillContainer = new Body.KillContainer { ContainerId = id, Signal = 15 } })).Status.ShouldBe(200);
        var waited = await client.CallAsync(new AgentOperatorCall { Type = CallType.WaitContainer, WaitContainer = new Body.WaitContainer { ContainerId = id } });
        waited.Answer!.WaitContainer.ExitStatus.ShouldBe(15);
        (await client.CallAsync(new AgentOperatorCall { Type = CallType.RemoveContainer, RemoveContainer = new Body.RemoveContainer { ContainerId = id } })).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Killing_ends_all_that_the_container_has_started_and_leaves_the_task_and_others_alone()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent);
        var (id, other) = (NestedClient.IdWithin(master, "t1", "n1"), NestedClient.IdWithin(master, "t1", "n2"));
        await client.LaunchAsync(id, "setsid sleep 4301 & exec sleep 4301");
        await client.LaunchAsync(other, "exec sleep 4302");
        await master.Eventually(() => Native.Running("sleep", "4301").Count == 2 && Native.Running("sleep", "4302").Count == 1, "both to run");

        (await client.CallAsync(Kill(id))).Status.ShouldBe(200);
        (await client.WaitAsync(id)).ShouldBe(9);

        Native.Running("sleep", "4301").ShouldBeEmpty();
        var shown = new AgentOperatorCall { Type = CallType.GetContainers, GetContainers = new Body.GetContainers { ShowNested = true } };
        (await client.CallAsync(shown)).Answer!.GetContainers.Containers.Where(each => each.ContainerId.Parent is not null)
            .ShouldHaveSingleItem().ContainerStatus.ExecutorPid.ShouldBe((uint)Native.Running("sleep", "4302").ShouldHaveSingleItem());
        (await client.CallAsync(new AgentOperatorCall { Type = CallType.GetContainers })).Answer!.GetContainers.Containers.ShouldHaveSingleItem();
        (await client.CallAsync(Kill(id))).Status.ShouldBe(404);
        agent.Kill("t1");
        await master.WaitForAsync("t1", TaskState.TaskKilled);
        Native.Running("sleep", "4302").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_container_uses_counts_within_the_limits_of_its_task()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--pids-limit", "16");
        Assert.SkipUnless(agent.Log.Contains("isolated by cgroup", StringComparison.Ordinal), "this host has no cgroups to be used");
        agent.Run(TaskOf("t1", "exec sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        using var client = new NestedClient(agent);

        await using var session = await client.StartAsync(
            NestedClient.IdWithin(master, "t1", "s1"), "for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 300 & done; echo all");
        var (output, error) = await client.ReadAsync(session);

        (output + error).ShouldContain("fork");
    }

    [Fact]
    public async Task Logs_of_containers_are_bounded_as_those_of_tasks()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--max-log-size", "64KB");
        agent.Run(TaskOf("t1", "exec sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        using var client = new NestedClient(agent);
        var id = NestedClient.IdWithin(master, "t1", "n1");

        await client.LaunchAsync(id, "seq 1 100000");
        (await client.WaitAsync(id)).ShouldBe(0);

        var folder = new DirectoryInfo(Path.Combine(agent.Sandbox("t1"), "containers", "n1"));
        folder.EnumerateFiles().Sum(file => file.Length).ShouldBeInRange(16 * 1024, 64 * 1024);
        (await File.ReadAllTextAsync(Path.Combine(folder.FullName, "stdout"))).ShouldEndWith("99999\n100000\n");
    }

    [Theory]
    [InlineData("json")]
    [InlineData("protobuf")]
    [InlineData("json", true)]
    [InlineData("protobuf", true)]
    public async Task The_output_of_a_container_can_be_read_along_as_records_and_its_terminal_be_typed_into(string codec, bool asTheirFormToo = false)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent, codec);
        var id = NestedClient.IdWithin(master, "t1", "n1");
        (await client.LaunchAsync(id, "read -r line; echo \"got $line\"", new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, TtyInfo = NestedClient.Terminal() })).Status.ShouldBe(200);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1") { Content = new ByteArrayContent(client.Codec.Encode(Output(id))) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(client.Codec.ContentType);
        // As mesos-go asks.
        if (asTheirFormToo)
            request.Headers.Accept.ParseAdd(client.Codec.ContentType);
        request.Headers.Accept.ParseAdd("application/recordio");
        request.Headers.TryAddWithoutValidation("Message-Accept", client.Codec.ContentType);
        using var answer = await client.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, client.Limit);
        ((int)answer.StatusCode).ShouldBe(200);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/recordio");
        answer.Headers.GetValues("Message-Content-Type").ShouldBe([client.Codec.ContentType]);
        using var endpoint = new MesosEndpoint(agent.Endpoint, "/api/v1", null, client.Codec);
        using var input = new RecordsContent(client.Codec);
        await input.AddAsync(Input(new Body.AttachContainerInput { Type = Body.AttachContainerInput.Types.Type.ContainerId, ContainerId = id }), client.Limit);
        await input.AddAsync(Typed("hello\n"), client.Limit);
        input.Complete();
        var attached = endpoint.PostRecordsAsync(input, client.Limit);
        var records = new RecordReader(await answer.Content.ReadAsStreamAsync(client.Limit));
        var seen = new StringBuilder();
        while (await records.ReadAsync(client.Limit) is { } record)
            seen.Append(client.Codec.Decode<ProcessIO>(record).Data.Data_.ToStringUtf8());

        seen.ToString().ShouldBe("hello\r\ngot hello\r\n");
        using var ended = await attached;
        ((int)ended.StatusCode).ShouldBe(200);
        (await client.WaitAsync(id)).ShouldBe(0);
    }

    [Fact]
    public async Task Input_is_answered_when_the_container_has_ended_though_the_request_has_not()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent);
        var id = NestedClient.IdWithin(master, "t1", "n1");
        await client.LaunchAsync(id, "read -r line", new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, TtyInfo = NestedClient.Terminal() });
        using var connection = new TcpClient();
        await connection.ConnectAsync(agent.Endpoint.Host, agent.Endpoint.Port, client.Limit);
        var stream = connection.GetStream();
        var names = RecordIO.Encode(client.Codec.Encode(Input(new Body.AttachContainerInput { Type = Body.AttachContainerInput.Types.Type.ContainerId, ContainerId = id })));
        var head = $"POST /api/v1 HTTP/1.1\r\nHost: {agent.Endpoint.Authority}\r\nContent-Type: application/recordio\r\nMessage-Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{names.Length:x}\r\n";

        await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. names, 13, 10], client.Limit);
        await client.CallAsync(Kill(id));

        using var reader = new StreamReader(stream);
        (await reader.ReadLineAsync(client.Limit)).ShouldBe("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task Refuses_what_it_does_not_serve_and_says_why()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent);
        var id = NestedClient.IdWithin(master, "t1", "n1");

        await RefusesAsync(client, 400, "parent", """{"container_id":{"value":"n1"},"command":{"value":"true"}}""");
        await RefusesAsync(client, 400, "'launch_nested_container.container_id.value'", Launch(id.Parent.Value, "../up", """{"value":"true"}"""));
        await RefusesAsync(client, 400, "No task runs in the container 'nowhere'", Launch("nowhere", "n1", """{"value":"true"}"""));
        await RefusesAsync(client, 400, "command.value", Launch(id.Parent.Value, "n1", "{}"));
        await RefusesAsync(client, 400, "uris", Launch(id.Parent.Value, "n1", """{"value":"true","uris":[{"value":"file:///etc/passwd"}]}"""));
        await RefusesAsync(client, 400, "command.user is 'root'", Launch(id.Parent.Value, "n1", """{"value":"true","user":"root"}"""));
        await RefusesAsync(client, 400, "NUL", Launch(id.Parent.Value, "n1", """{"value":"a\u0000b"}"""));
        await RefusesAsync(client, 400, "docker", $$$"""{"container_id":{"value":"n1","parent":{"value":"{{{id.Parent.Value}}}"}},"command":{"value":"true"},"container":{"type":"DOCKER"}}""");
        (await client.CallAsync(Kill(id))).Status.ShouldBe(404);
        (await client.CallAsync(Output(id))).Status.ShouldBe(404);
        (await client.CallAsync(Input(new Body.AttachContainerInput()))).Status.ShouldBe(415);
        var killed = Kill(id);
        killed.KillNestedContainer.Signal = 99;
        (await client.CallAsync(killed)).Text.ShouldContain("allowed are 1 to 64");
    }

    [Fact]
    public async Task Refuses_input_that_is_no_stream_of_records_and_lets_the_container_run()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent);
        var id = NestedClient.IdWithin(master, "t1", "s1");
        await using var session = await client.StartAsync(id, "exec sleep 300");
        var without = NestedClient.IdWithin(master, "t1", "n1");
        await client.LaunchAsync(without, "exec sleep 300");
        var names = Encoding.UTF8.GetString(MesosJson.Serialize(Input(new Body.AttachContainerInput { Type = Body.AttachContainerInput.Types.Type.ContainerId, ContainerId = without })));

        (await InputAsync(client, "5\nhello", null)).ShouldBe((400, "Message-Content-Type is missing: a request of application/recordio says by it what its records are\n"));
        (await InputAsync(client, "5\nhello", "text/plain")).Status.ShouldBe(415);
        (await InputAsync(client, "", "application/json")).Text.ShouldContain("before its first record");
        (await InputAsync(client, "x", "application/json")).Text.ShouldContain("only decimal digits");
        (await InputAsync(client, "99999999\n{}", "application/json")).Text.ShouldContain("longer than the limit");
        (await InputAsync(client, "21\n{\"type\":\"GET_HEALTH\"} ", "application/json")).Text.ShouldContain("ATTACH_CONTAINER_INPUT only");
        (await InputAsync(client, $"{names.Length}\n{names}", "application/json")).Text.ShouldContain("takes no input");
        using var second = new MesosEndpoint(agent.Endpoint, "/api/v1", null, client.Codec);
        using var input = new RecordsContent(client.Codec);
        await session.WriteAsync("x"u8.ToArray(), client.Limit);
        await input.AddAsync(Input(new Body.AttachContainerInput { Type = Body.AttachContainerInput.Types.Type.ContainerId, ContainerId = id }), client.Limit);
        input.Complete();
        using var taken = await second.PostRecordsAsync(input, client.Limit);
        ((int)taken.StatusCode).ShouldBe(409);
    }

    [Fact]
    public async Task One_task_has_a_bounded_number_of_containers()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent);
        for (var number = 0; number < 16; number++)
            (await client.LaunchAsync(NestedClient.IdWithin(master, "t1", $"n{number}"), "exec sleep 300")).Status.ShouldBe(200);

        var (status, _, text) = await client.LaunchAsync(NestedClient.IdWithin(master, "t1", "more"), "true");
        status.ShouldBe(429);
        text.ShouldContain("16 containers run within");
        var first = NestedClient.IdWithin(master, "t1", "n0");
        await client.CallAsync(Kill(first));
        await client.WaitAsync(first);
        (await client.LaunchAsync(NestedClient.IdWithin(master, "t1", "more"), "true")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task An_agent_with_few_descriptors_runs_few_of_them()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartWithLimitAsync(master, 384, 384);
        agent.Run(TaskOf("t1", "exec sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        using var client = new NestedClient(agent);
        var answers = new List<(int Status, AgentOperatorResponse? Answer, string Text)>();
        for (var number = 0; number < 8; number++)
            answers.Add(await client.LaunchAsync(NestedClient.IdWithin(master, "t1", $"n{number}"), "exec sleep 300"));

        answers.First().Status.ShouldBe(200);
        answers.Last().Status.ShouldBe(429);
        answers.Last().Text.ShouldContain("all that its open files allow");
    }

    [Fact]
    public async Task A_link_that_a_task_puts_in_the_place_of_the_folder_is_not_followed()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("t1", $"ln -s {agent.WorkDirectory} containers; touch made; exec sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await master.Eventually(() => File.Exists(Path.Combine(agent.Sandbox("t1"), "made")), "the link to be made");
        using var client = new NestedClient(agent);

        var (status, _, text) = await client.LaunchAsync(NestedClient.IdWithin(master, "t1", "n1"), "true");

        status.ShouldBe(400, text);
        text.ShouldContain("is no folder");
        Directory.Exists(Path.Combine(agent.WorkDirectory, "n1")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_task_of_a_pod_has_containers_too()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.RunGroup("pod", Framework(), TaskOf("p1", "exec sleep 300"));
        await master.WaitForAsync("p1", TaskState.TaskRunning);
        using var client = new NestedClient(agent);
        var id = NestedClient.IdWithin(master, "p1", "s1");
        id.Parent.Parent.ShouldNotBeNull();

        await using var session = await client.StartAsync(id, "echo $MESOS_TASK_ID");

        (await client.ReadAsync(session)).Output.ShouldBe("p1\n");
    }

    [Fact]
    public async Task Each_call_needs_a_right_of_its_own()
    {
        const string rules = """
            {"launch_nested_containers_under_parent_with_user": [{"principals":{"values":["ops"]},"users":{"type":"ANY"}}],
             "launch_nested_containers_as_user":                [{"principals":{"values":["ops"]},"users":{"type":"ANY"}}],
             "wait_nested_containers":                          [{"principals":{"values":["ops","ann"]},"users":{"values":["bob"]}}]}
            """;
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, folder => ["--no-switch-user", "--acls", Write(folder, "acls", rules), "--http-credentials",
            Write(folder, "credentials", """{"credentials":[{"principal":"ops","secret":"sesame"},{"principal":"ann","secret":"sesame"}]}""")]);
        var task = TaskOf("t1", "exec sleep 300");
        task.Command.User = "bob";
        agent.Run(task);
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        using var ops = new NestedClient(agent, credential: new MesosCredential("ops", "sesame"));
        using var ann = new NestedClient(agent, credential: new MesosCredential("ann", "sesame"));
        var id = NestedClient.IdWithin(master, "t1", "n1");

        (await ann.LaunchAsync(id, "true")).ShouldBe((403, null,
            "Principal 'ann' is not allowed to launch_nested_containers_under_parent_with_user; a rule under 'launch_nested_containers_under_parent_with_user' in the file of --acls allows it\n"));
        (await ops.LaunchAsync(id, "exit 4")).Status.ShouldBe(200);
        (await ann.WaitAsync(id)).ShouldBe(4 << 8);
        foreach (var (call, right) in new[] { (Kill(id), "kill_nested_containers"), (Remove(id), "remove_nested_containers"), (Output(id), "attach_containers_output") })
        {
            var (status, _, text) = await ops.CallAsync(call);
            status.ShouldBe(403);
            text.ShouldContain(right);
        }

        var refused = await Should.ThrowAsync<MesosCallException>(() => ops.StartAsync(NestedClient.IdWithin(master, "t1", "s1"), "true"));
        refused.Message.ShouldContain("launch_nested_container_sessions_under_parent_with_user");
    }

    private static string Write(string folder, string name, string text)
    {
        AtomicFile.Write(Path.Combine(folder, name), text);
        return Path.Combine(folder, name);
    }

    private static async Task<AgentUnderTest> StartAsync(FakeMaster master)
    {
        var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("t1", "exec sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        return agent;
    }

    private static AgentOperatorCall Wait(ContainerID id) => new() { Type = CallType.WaitNestedContainer, WaitNestedContainer = new Body.WaitNestedContainer { ContainerId = id } };

    private static AgentOperatorCall Kill(ContainerID id) => new() { Type = CallType.KillNestedContainer, KillNestedContainer = new Body.KillNestedContainer { ContainerId = id } };

    private static AgentOperatorCall Remove(ContainerID id) => new() { Type = CallType.RemoveNestedContainer, RemoveNestedContainer = new Body.RemoveNestedContainer { ContainerId = id } };

    private static AgentOperatorCall Output(ContainerID id) => new() { Type = CallType.AttachContainerOutput, AttachContainerOutput = new Body.AttachContainerOutput { ContainerId = id } };

    private static AgentOperatorCall Input(Body.AttachContainerInput attach) => new() { Type = CallType.AttachContainerInput, AttachContainerInput = attach };

    private static AgentOperatorCall Typed(string text) => Input(new Body.AttachContainerInput
    {
        Type = Body.AttachContainerInput.Types.Type.ProcessIo,
        ProcessIo = new ProcessIO
        {
            Type = ProcessIO.Types.Type.Data,
            Data = new ProcessIO.Types.Data { Type = ProcessIO.Types.Data.Types.Type.Stdin, Data_ = Google.Protobuf.ByteString.CopyFromUtf8(text) },
        },
    });

    private static string Launch(string parent, string id, string command) =>
        $$$"""{"container_id":{"value":"{{{id}}}","parent":{"value":"{{{parent}}}"}},"command":{{{command}}}}""";

    private static async Task RefusesAsync(NestedClient client, int expected, string reason, string body)
    {
        using var content = new StringContent($$"""{"type":"LAUNCH_NESTED_CONTAINER","launch_nested_container":{{body}}}""", Encoding.UTF8, "application/json");
        using var answer = await client.Http.PostAsync("/api/v1", content, client.Limit);
        var text = await answer.Content.ReadAsStringAsync(client.Limit);
        ((int)answer.StatusCode).ShouldBe(expected, text);
        text.ShouldContain(reason);
    }

    private static async Task<(int Status, string Text)> InputAsync(NestedClient client, string body, string? messages)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/recordio");
        if (messages is not null)
            content.Headers.TryAddWithoutValidation("Message-Content-Type", messages);
        using var answer = await client.Http.PostAsync("/api/v1", content, client.Limit);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(client.Limit));
    }
}

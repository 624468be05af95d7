using System.Net.Http.Headers;
using System.Text;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Files;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using CallType = DataPlatform.Core.Protocol.Mesos.AgentOperatorCall.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class OperatorApiTests
{
    [Fact]
    public async Task Shows_its_state_its_tasks_and_their_files()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--attributes", "rack:r1");
        using var http = new HttpClient { BaseAddress = agent.Endpoint };
        agent.Run(TaskOf("t1", "echo hello; exec sleep 300"));
        agent.Run(TaskOf("t2", "true"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await master.WaitForAsync("t2", TaskState.TaskFinished);

        (await agent.CallAsync(new AgentOperatorCall { Type = CallType.GetHealth })).Answer!.GetHealth.Healthy.ShouldBeTrue();
        (await agent.CallAsync(new AgentOperatorCall { Type = CallType.GetAgent })).Answer!.GetAgent.AgentInfo.Attributes[0].Text.Value.ShouldBe("r1");
        (await agent.CallAsync(new AgentOperatorCall { Type = CallType.GetVersion })).Answer!.GetVersion.VersionInfo.Version.ShouldNotBeEmpty();
        var state = (await agent.CallAsync(new AgentOperatorCall { Type = CallType.GetState })).Answer!.GetState;
        state.GetTasks.LaunchedTasks.ShouldHaveSingleItem().TaskId.Value.ShouldBe("t1");
        state.GetFrameworks.Frameworks.ShouldHaveSingleItem().FrameworkInfo.Id.Value.ShouldBe(FrameworkId);
        state.GetExecutors.Executors.ShouldHaveSingleItem().ExecutorInfo.Source.ShouldBe("t1");
        await master.Eventually(
            () => agent.CallAsync(new AgentOperatorCall { Type = CallType.GetTasks }).GetAwaiter().GetResult().Answer!.GetTasks.CompletedTasks.Any(each => each.TaskId.Value == "t2"),
            "t2 to be complete");

        (await http.GetAsync("/health")).IsSuccessStatusCode.ShouldBeTrue();
        (await http.GetStringAsync("/metrics")).ShouldContain("dp_agent_tasks_running 1");
        (await http.GetStringAsync($"/files/read?path={VirtualPath("t1", "stdout")}&offset=1&length=4")).ShouldBe("""{"data":"ello","offset":1}""");
        (await http.GetStringAsync($"/files/read?path={VirtualPath("t1", "stdout")}&offset=-1")).ShouldBe("""{"data":"","offset":6}""");
        (await http.GetStringAsync($"/files/browse?path={VirtualPath("t1", "")}")).ShouldContain("\"-rw-r--r--\"");
    }

    [Fact]
    public async Task Answers_bad_calls_precisely_and_serves_on()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        using var http = new HttpClient { BaseAddress = agent.Endpoint };

        (await PostAsync(http, "{", "application/json")).ShouldBe(400);
        (await PostAsync(http, "{\"type\":\"NONSENSE\"}", "application/json")).ShouldBe(400);
        (await PostAsync(http, "{\"type\":\"READ_FILE\"}", "application/json")).ShouldBe(400);
        (await PostAsync(http, "{\"type\":\"READ_FILE\",\"read_file\":{\"path\":7,\"offset\":0}}", "application/json")).ShouldBe(400);
        (await PostAsync(http, "{\"type\":\"READ_FILE\",\"read_file\":{\"path\":\"/nowhere\",\"offset\":0}}", "application/json")).ShouldBe(404);
        (await PostAsync(http, "{\"type\":\"LIST_FILES\",\"list_files\":{\"path\":\"/etc\"}}", "application/json")).ShouldBe(404);
        (await PostAsync(http, "\u0001\u0002\u0003", "application/x-protobuf")).ShouldBe(400);
        (await PostAsync(http, "{}", "text/plain")).ShouldBe(415);
        (await PostAsync(http, "{}", null)).ShouldBe(400);
        (await PostAsync(http, new string(' ', 2_000_000), "application/json")).ShouldBe(413);
        (await http.GetAsync("/api/v1")).StatusCode.ShouldBe(System.Net.HttpStatusCode.MethodNotAllowed);
        (await PostAsync(http, "{\"type\":\"GET_HEALTH\",\"unknown\":1}", "application/json")).ShouldBe(200);
    }

    [Fact]
    public async Task Asks_for_credentials_when_it_has_some_and_never_shows_them()
    {
        await using var master = await FakeMaster.StartAsync();
        var folder = Directory.CreateTempSubdirectory("dp-credentials-");
        try
        {
            var file = Path.Combine(folder.FullName, "http");
            AtomicFile.Write(file, """{"credentials":[{"principal":"ops","secret":"sesame"}]}""");
            var own = Path.Combine(folder.FullName, "own");
            AtomicFile.Write(own, """{"principal":"agent","secret":"grain"}""");
            var rules = Path.Combine(folder.FullName, "acls");
            AtomicFile.Write(rules, """{"view_flags":[{"principals":{"values":["ops"]},"flags":{"type":"ANY"}}]}""");
            await using var agent = await AgentUnderTest.StartAsync(master, "--http-credentials", file, "--acls", rules, "--credential", own);
            using var http = new HttpClient { BaseAddress = agent.Endpoint };

            (await PostAsync(http, "{\"type\":\"GET_FLAGS\"}", "application/json")).ShouldBe(401);
            (await http.GetAsync("/health")).IsSuccessStatusCode.ShouldBeTrue();
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("ops:wrong"u8));
            (await PostAsync(http, "{\"type\":\"GET_FLAGS\"}", "application/json")).ShouldBe(401);
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("ops:sesame"u8));
            using var content = new StringContent("{\"type\":\"GET_FLAGS\"}", Encoding.UTF8, "application/json");
            var flags = await (await http.PostAsync("/api/v1", content)).Content.ReadAsStringAsync();

            flags.ShouldContain("executor-shutdown-grace-period");
            flags.ShouldNotContain("sesame");
            master.Authorization.ShouldBe("Basic " + Convert.ToBase64String("agent:grain"u8));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> PostAsync(HttpClient http, string body, string? type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        if (type is not null)
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        // A large body is refused before it is sent, not while: who is still sending may not hear the answer.
        request.Headers.ExpectContinue = body.Length > 1_000_000;
        using var response = await http.SendAsync(request);
        return (int)response.StatusCode;
    }
}

using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Files;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using CallType = DataPlatform.Core.Protocol.Mesos.AgentOperatorCall.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>What an agent lets each principal do. Tasks of two users stand on it; nothing is switched, so that any user can test it.</summary>
public sealed class PermissionTests : IDisposable
{
    private const string Rules = """
        {"view_frameworks":   [{"principals":{"values":["ops","ann"]},"users":{"type":"ANY"}}],
         "view_tasks":        [{"principals":{"values":["ops"]},"users":{"type":"ANY"}}, {"principals":{"values":["ann"]},"users":{"values":["ann"]}}],
         "view_executors":    [{"principals":{"values":["ops"]},"users":{"type":"ANY"}}, {"principals":{"values":["ann"]},"users":{"values":["ann"]}}],
         "view_containers":   [{"principals":{"values":["ops"]},"users":{"type":"ANY"}}, {"principals":{"values":["ann"]},"users":{"values":["ann"]}}],
         "access_sandboxes":  [{"principals":{"values":["ops"]},"users":{"type":"ANY"}}, {"principals":{"values":["ann"]},"users":{"values":["ann"]}}],
         "view_flags":        [{"principals":{"values":["ops"]},"flags":{"type":"ANY"}}],
         "get_endpoints":     [{"principals":{"values":["ops"]},"paths":{"type":"ANY"}}],
         "set_log_level":     [{"principals":{"values":["ops"]},"level":{"type":"ANY"}}]}
        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dp-permissions-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Shows_each_caller_the_tasks_and_sandboxes_of_the_users_it_may_see()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var ops = Client(agent, "ops");
        using var ann = Client(agent, "ann");
        using var nobody = Client(agent, "stranger");

        foreach (var list in new[] { "GET_TASKS", "GET_EXECUTORS", "GET_CONTAINERS", "GET_STATE" })
        {
            (await AskAsync(ops, list)).ShouldContain("of-bob");
            (await AskAsync(ann, list)).ShouldContain("of-ann");
            (await AskAsync(ann, list)).ShouldNotContain("of-bob");
            (await AskAsync(nobody, list)).ShouldNotContain("of-");
        }

        (await AskAsync(nobody, "GET_FRAMEWORKS")).ShouldNotContain(FrameworkId);
        foreach (var path in new[] { "/state", "/slave(1)/state.json", "/containers", "/monitor/statistics" })
        {
            (await ops.GetStringAsync(path)).ShouldContain("of-bob");
            (await ann.GetStringAsync(path)).ShouldContain("of-ann");
            (await ann.GetStringAsync(path)).ShouldNotContain("of-bob");
            (await nobody.GetStringAsync(path)).ShouldNotContain("of-");
        }

        (await ops.GetStringAsync("/state")).ShouldContain("http_credentials");
        (await ann.GetStringAsync("/state")).ShouldNotContain("http_credentials");
    }

    [Fact]
    public async Task Refuses_the_sandboxes_of_users_whose_sandboxes_the_caller_may_not_access()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var ops = Client(agent, "ops");
        using var ann = Client(agent, "ann");
        using var nobody = Client(agent, "stranger");

        foreach (var call in (string[])["READ_FILE", "LIST_FILES", "/files/read", "/files/download", "/files/browse", "/slave(1)/files/read"])
        {
            (await LookAsync(ops, call, "of-bob")).Status.ShouldBe(200, call);
            (await LookAsync(ann, call, "of-ann")).Status.ShouldBe(200, call);
            var (status, text) = await LookAsync(ann, call, "of-bob");
            status.ShouldBe(403, call);
            text.ShouldContain("Principal 'ann' is not allowed to access_sandboxes for users 'bob'");
            (await LookAsync(nobody, call, "of-ann")).Status.ShouldBe(403, call);
            (await LookAsync(nobody, call, "absent")).Status.ShouldBe(404, call);
        }

        var host = agent.Sandbox("of-bob") + "/stdout";
        ((int)(await ann.GetAsync($"/files/read?path={host}")).StatusCode).ShouldBe(403);
    }

    [Fact]
    public async Task Goes_on_refusing_when_the_task_is_over_and_when_it_is_forgotten()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        agent.Kill("of-bob");
        agent.Kill("of-ann");
        await master.WaitForAsync("of-bob", TaskState.TaskKilled);
        await master.WaitForAsync("of-ann", TaskState.TaskKilled);
        using (var ann = Client(agent, "ann"))
        {
            (await LookAsync(ann, "READ_FILE", "of-ann")).Status.ShouldBe(200);
            (await LookAsync(ann, "READ_FILE", "of-bob")).Status.ShouldBe(403);
        }

        await agent.StopAsync();
        await agent.StartProcessAsync();

        using var ops = Client(agent, "ops");
        using var again = Client(agent, "ann");
        (await LookAsync(ops, "READ_FILE", "of-bob")).Status.ShouldBe(200);
        (await LookAsync(again, "READ_FILE", "of-bob")).Status.ShouldBe(403);
        (await LookAsync(again, "READ_FILE", "of-ann")).Status.ShouldBe(403);
    }

    [Fact]
    public async Task A_pods_sandbox_is_shown_to_who_may_see_those_of_all_its_tasks()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        agent.RunGroup("mixed", Framework(), Of("ann", "p1"), Of("bob", "p2"));
        agent.RunGroup("own", Framework(), Of("ann", "p3"));
        foreach (var task in (string[])["p1", "p2", "p3"])
            await master.WaitForAsync(task, TaskState.TaskRunning);
        using var ops = Client(agent, "ops");
        using var ann = Client(agent, "ann");

        (await LookAsync(ops, "LIST_FILES", "mixed")).Status.ShouldBe(200);
        (await LookAsync(ann, "LIST_FILES", "mixed")).Status.ShouldBe(403);
        (await LookAsync(ann, "LIST_FILES", "own")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Settings_metrics_and_the_logging_level_need_rights_of_their_own()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var ops = Client(agent, "ops");
        using var ann = Client(agent, "ann");

        foreach (var (call, right) in new[]
        {
            ("""{"type":"GET_FLAGS"}""", "view_flags"),
            ("""{"type":"GET_METRICS","get_metrics":{}}""", "get_endpoints"),
            ("""{"type":"SET_LOGGING_LEVEL","set_logging_level":{"level":1,"duration":{"nanoseconds":1000000}}}""", "set_log_level"),
        })
        {
            (await PostAsync(ops, call)).Status.ShouldBe(200, call);
            var (status, text) = await PostAsync(ann, call);
            status.ShouldBe(403, call);
            text.ShouldContain($"Principal 'ann' is not allowed to {right}");
        }

        foreach (var path in (string[])["/flags", "/metrics", "/metrics/snapshot", "/slave(1)/metrics/snapshot"])
        {
            ((int)(await ops.GetAsync(path)).StatusCode).ShouldBe(200, path);
            ((int)(await ann.GetAsync(path)).StatusCode).ShouldBe(403, path);
        }

        foreach (var call in (string[])["GET_HEALTH", "GET_VERSION", "GET_AGENT"])
            (await AskAsync(ann, call)).ShouldContain(call);
    }

    [Theory]
    [InlineData("--http-credentials", "--acls")]
    [InlineData("--acls", "--http-credentials")]
    public async Task Credentials_without_rules_and_rules_without_credentials_are_refused_at_the_start(string given, string missing)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "dp-agent"),
            ["--work-dir", Path.Combine(folder.FullName, "work"), "--port", "0", given, given == "--acls" ? RulesFile() : Credentials()])
        {
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var error = await process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);

            process.ExitCode.ShouldBe(2, error);
            error.ShouldContain($"{given} is given without {missing}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>An agent on which a task of Ann's and one of Bob's run.</summary>
    private async Task<AgentUnderTest> StartAsync(FakeMaster master)
    {
        var agent = await AgentUnderTest.StartAsync(master, "--no-switch-user", "--http-credentials", Credentials(), "--acls", RulesFile());
        foreach (var user in (string[])["ann", "bob"])
        {
            agent.Run(Of(user, $"of-{user}"));
            await master.WaitForAsync($"of-{user}", TaskState.TaskRunning);
        }

        return agent;
    }

    private static TaskInfo Of(string user, string id)
    {
        var task = TaskOf(id, "echo secret; exec sleep 300");
        task.Command.User = user;
        return task;
    }

    private string Credentials() => Write("credentials", """
        {"credentials":[{"principal":"ops","secret":"sesame"},{"principal":"ann","secret":"sesame"},{"principal":"stranger","secret":"sesame"}]}
        """);

    private string RulesFile() => Write("acls", Rules);

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        AtomicFile.Write(path, text);
        return path;
    }

    private static HttpClient Client(AgentUnderTest agent, string principal)
    {
        var http = new HttpClient { BaseAddress = agent.Endpoint };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(principal + ":sesame")));
        return http;
    }

    private static async Task<(int Status, string Text)> LookAsync(HttpClient http, string call, string task)
    {
        if (call.StartsWith('/'))
        {
            using var answer = await http.GetAsync($"{call}?path={VirtualPath(task, call.EndsWith("browse", StringComparison.Ordinal) ? "" : "stdout")}");
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }

        return await PostAsync(http, Encoding.UTF8.GetString(MesosJson.Serialize(call == "READ_FILE"
            ? new AgentOperatorCall { Type = CallType.ReadFile, ReadFile = new AgentOperatorCall.Types.ReadFile { Path = VirtualPath(task, "stdout"), Offset = 0 } }
            : new AgentOperatorCall { Type = CallType.ListFiles, ListFiles = new AgentOperatorCall.Types.ListFiles { Path = VirtualPath(task, "") } })));
    }

    private static async Task<string> AskAsync(HttpClient http, string call)
    {
        var (status, text) = await PostAsync(http, $$"""{"type":"{{call}}"}""");
        status.ShouldBe(200, call + text);
        return text;
    }

    private static async Task<(int Status, string Text)> PostAsync(HttpClient http, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/api/v1", content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

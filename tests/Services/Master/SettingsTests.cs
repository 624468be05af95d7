using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master;

public sealed class SettingsTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("dp-master-test-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [InlineData("--ip")]
    [InlineData("--port")]
    [InlineData("--http2-port")]
    [InlineData("--work-dir")]
    [InlineData("--credentials")]
    [InlineData("--acls")]
    [InlineData("--allocation-interval")]
    [InlineData("--agent-ping-timeout")]
    [InlineData("--max-agent-ping-timeouts")]
    [InlineData("--agent-reregister-timeout")]
    [InlineData("--hostname")]
    [InlineData("--min-allocatable-resources")]
    [InlineData("--filter-gpu-resources")]
    [InlineData("--lend-idle-resources")]
    [InlineData("--config")]
    public async Task Help_lists_every_setting(string flag)
    {
        var (exitCode, output, _) = await MasterProcess.RunAsync("--help");

        exitCode.ShouldBe(0);
        output.ShouldContain(flag + " ");
    }

    [Theory]
    [InlineData("--ip", "0.0.0.0", "--credentials")]
    [InlineData("--ip", "everywhere", "127.0.0.1")]
    [InlineData("--port", "99999", "65535")]
    [InlineData("--http2-port", "99999", "65535")]
    [InlineData("--agent-ping-timeout", "soon", "15secs")]
    [InlineData("--max-agent-ping-timeouts", "0", "from 1")]
    [InlineData("--min-allocatable-resources", "cpus", "has no ':'")]
    [InlineData("--min-allocatable-resources", "cpus:1|ports:[1-2]", "amounts such as")]
    [InlineData("--colour", "red", "--help")]
    [InlineData("--credentials", "/no/such/file", "/no/such/file")]
    [InlineData("--config", "/no/such/file", "/no/such/file")]
    public async Task Refuses_a_start_that_can_not_be_meant_and_says_what_is_allowed(string flag, string value, string said)
    {
        var (exitCode, _, error) = await MasterProcess.RunAsync("--work-dir", Path.Combine(directory, "work"), flag, value);

        exitCode.ShouldBe(2);
        error.ShouldContain(flag);
        error.ShouldContain(said);
    }

    [Fact]
    public async Task Flags_win_over_environment_and_file()
    {
        var config = Path.Combine(directory, "config.json");
        await File.WriteAllTextAsync(config, """{"allocation-interval":"7secs","agent-ping-timeout":"8secs"}""");
        await using var master = await MasterProcess.StartAsync("--config", config, "--agent-ping-timeout", "9secs");
        using var http = new HttpClient { BaseAddress = master.Endpoint };

        using var answer = await http.PostAsync("/api/v1", new StringContent("""{"type":"GET_FLAGS"}""", Encoding.UTF8, "application/json"));

        var flags = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["get_flags"]!["flags"]!.AsArray()
            .ToDictionary(flag => (string)flag!["name"]!, flag => (string)flag!["value"]!);
        flags["allocation_interval"].ShouldBe("7secs");
        flags["agent_ping_timeout"].ShouldBe("9secs");
    }

    [Fact]
    public async Task Stops_cleanly_on_SIGTERM_with_streams_open()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);

        (await master.TerminateAsync()).ShouldBe(0);

        await framework.Stream.WaitForEndAsync();
        File.Exists(Path.Combine(master.WorkDirectory, "endpoint")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var first = await MasterProcess.StartAsync();

        var (exitCode, _, error) = await MasterProcess.RunAsync(
            "--work-dir", Path.Combine(directory, "work"), "--port", first.Endpoint.Port.ToString());

        exitCode.ShouldBe(1);
        error.ShouldContain(first.Endpoint.Port.ToString());
    }

    [Fact]
    public async Task With_credentials_only_their_principals_may_call()
    {
        var credentials = Path.Combine(directory, "credentials.json");
        await File.WriteAllTextAsync(credentials, """{"credentials":[{"principal":"alice","secret":"a-secret"}]}""");
        File.SetUnixFileMode(credentials, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var rules = Path.Combine(directory, "acls.json");
        await File.WriteAllTextAsync(rules, """{"register_frameworks":[{"principals":{"values":["alice"]},"roles":{"type":"ANY"}}]}""");
        await using var master = await MasterProcess.StartAsync("--credentials", credentials, "--acls", rules);
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        async Task<HttpResponseMessage> PostAsync(string path, string body, string? login)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            if (login is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }

        foreach (var wrong in new[] { null, "alice:no", "bob:a-secret", "alice", ":" })
        {
            using var refused = await PostAsync("/api/v1/scheduler", SubscriptionTests.Subscribe().ToJsonString(), wrong);
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, wrong);
            refused.Headers.WwwAuthenticate.ToString().ShouldBe("Basic realm=\"mesos-master-scheduler\"");
            using var reader = await PostAsync("/api/v1", """{"type":"GET_STATE"}""", wrong);
            reader.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, wrong);
            using var agent = await PostAsync("/api/v1/agent-link", "{}", wrong);
            agent.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, wrong);
        }

        var impostor = SubscriptionTests.Subscribe();
        impostor["subscribe"]!["framework_info"]!["principal"] = "ops";
        using var stranger = await PostAsync("/api/v1/scheduler", impostor.ToJsonString(), "alice:a-secret");
        stranger.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var right = await PostAsync("/api/v1/scheduler", SubscriptionTests.Subscribe().ToJsonString(), "alice:a-secret");
        right.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync("/version")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await http.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Credentials_that_everyone_can_read_are_refused()
    {
        var credentials = Path.Combine(directory, "open.json");
        await File.WriteAllTextAsync(credentials, """{"credentials":[{"principal":"alice","secret":"a-secret"}]}""");
        File.SetUnixFileMode(credentials, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        var (exitCode, _, error) = await MasterProcess.RunAsync("--work-dir", Path.Combine(directory, "work"), "--credentials", credentials);

        exitCode.ShouldBe(2);
        error.ShouldContain("chmod 600");
        error.ShouldNotContain("a-secret");
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master;

/// <summary>Rules by principal, over the wire: every line of what a real Mesos answered to the same.</summary>
public sealed class PermissionTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("dp-master-test-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Answers_as_the_recorded_Mesos_to_every_caller_with_and_without_the_right()
    {
        await using var master = await StartAsync("""
            {"register_frameworks":[{"principals":{"values":["alice"]},"roles":{"values":["analytics"]}}],
             "run_tasks":[{"principals":{"values":["alice"]},"users":{"type":"ANY"}}],
             "view_frameworks":[{"principals":{"values":["ops"]},"users":{"type":"ANY"}}],
             "get_endpoints":[{"principals":{"values":["ops"]},"paths":{"type":"ANY"}}],
             "update_weights":[{"principals":{"values":["ops"]},"roles":{"type":"ANY"}}]}
            """);
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using var own = await SubscribeAsync(http, "alice:a-secret", "analytics");
        await own.WaitForTypeAsync("SUBSCRIBED");

        var compared = 0;
        foreach (var line in Recording.Read("security.jsonl").Where(line => line["request"] is not null))
        {
            var name = (string)line["name"]!;
            // Weights are not served yet, to anyone.
            if ((string?)line["request"]!["body"]?["type"] == "UPDATE_WEIGHTS" && (int)line["status"]! == 200)
                continue;
            using var answer = await http.SendAsync(Request(line["request"]!), HttpCompletionOption.ResponseHeadersRead);

            ((int)answer.StatusCode).ShouldBe((int)line["status"]!, name);
            var realm = answer.Headers.WwwAuthenticate.ToString();
            realm.ShouldBe((string?)line["www_authenticate"] ?? "", name);
            if ((string?)line["request"]!["body"]?["type"] == "GET_FRAMEWORKS" && answer.IsSuccessStatusCode)
            {
                var frameworks = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["get_frameworks"]?["frameworks"]?.AsArray().Count ?? 0;
                (frameworks > 0).ShouldBe(line["body"]!["get_frameworks"]!["frameworks"]!.AsArray().Count > 0, name);
            }

            compared++;
        }

        compared.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task A_role_that_is_not_allowed_is_an_error_on_the_stream_which_then_ends()
    {
        await using var master = await StartAsync("""
            {"register_frameworks":[{"principals":{"values":["alice"]},"roles":{"values":["analytics"]}}]}
            """);
        using var http = new HttpClient { BaseAddress = master.Endpoint };

        foreach (var (login, role) in new[] { ("alice:a-secret", "other"), ("ops:o-secret", "analytics") })
        {
            await using var stream = await SubscribeAsync(http, login, role);
            stream.Status.ShouldBe(HttpStatusCode.OK);
            var (error, _) = await stream.WaitForTypeAsync("ERROR");
            ((string)error["error"]!["message"]!).ShouldContain("register_frameworks");
            await stream.WaitForEndAsync();
        }
    }

    [Fact]
    public async Task A_frameworks_secret_opens_neither_the_agent_link_nor_what_operators_do()
    {
        await using var master = await StartAsync("""
            {"register_frameworks":[{"principals":{"values":["alice"]},"roles":{"type":"ANY"}}]}
            """);
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        http.DefaultRequestHeaders.Authorization = Basic("alice:a-secret");

        foreach (var (path, body) in new[]
        {
            ("/api/v1/agent-link", """{"type":"REGISTER","register":{"agent_info":{"hostname":"here","port":5051},"version":"1"}}"""),
            ("/api/v1", """{"type":"TEARDOWN","teardown":{"framework_id":{"value":"F"}}}"""),
            ("/api/v1", """{"type":"MARK_AGENT_GONE","mark_agent_gone":{"agent_id":{"value":"S0"}}}"""),
            ("/api/v1", """{"type":"GET_FLAGS"}"""),
            ("/api/v1", """{"type":"SET_LOGGING_LEVEL","set_logging_level":{"level":1,"duration":{"nanoseconds":1000}}}"""),
            ("/api/v1", """{"type":"GET_MAINTENANCE_STATUS"}"""),
            ("/api/v1", """{"type":"START_MAINTENANCE","start_maintenance":{"machines":[{"hostname":"here"}]}}"""),
            ("/maintenance/schedule", """{"windows":[]}"""),
            ("/machine/down", """[{"hostname":"here"}]"""),
            ("/machine/up", """[{"hostname":"here"}]"""),
            ("/api/v1", """{"type":"GET_METRICS","get_metrics":{}}"""),
        })
        {
            using var answer = await http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, body);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("'alice'");
        }
    }

    [Fact]
    public async Task Credentials_without_rules_and_rules_without_credentials_are_refused_at_the_start()
    {
        var (status, _, error) = await MasterProcess.RunAsync("--work-dir", Path.Combine(directory, "work"), "--credentials", Credentials());
        status.ShouldBe(2);
        error.ShouldContain("--acls");

        (status, _, error) = await MasterProcess.RunAsync("--work-dir", Path.Combine(directory, "work"), "--acls", Rules("{}"));
        status.ShouldBe(2);
        error.ShouldContain("--credentials");
    }

    [Fact]
    public async Task A_file_of_rules_that_can_not_be_meant_is_refused_with_the_place()
    {
        var rules = Rules("""{"register_frameworks":[{"principals":{"type":"EVERYONE"},"roles":{"type":"ANY"}}]}""");

        var (status, _, error) = await MasterProcess.RunAsync(
            "--work-dir", Path.Combine(directory, "work"), "--credentials", Credentials(), "--acls", rules);

        status.ShouldBe(2);
        error.ShouldContain(rules);
        error.ShouldContain("/register_frameworks/0/principals");
    }

    [Fact]
    public async Task Rules_that_others_can_write_are_refused()
    {
        var rules = Rules("{}");
        File.SetUnixFileMode(rules, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);

        var (status, _, error) = await MasterProcess.RunAsync(
            "--work-dir", Path.Combine(directory, "work"), "--credentials", Credentials(), "--acls", rules);

        status.ShouldBe(2);
        error.ShouldContain("chmod go-w");
    }

    private Task<MasterProcess> StartAsync(string rules) =>
        MasterProcess.StartAsync("--credentials", Credentials(), "--acls", Rules(rules));

    private string Credentials() => WriteFile("credentials.json", """
        {"credentials":[{"principal":"alice","secret":"a-secret"},{"principal":"ops","secret":"o-secret"}]}
        """);

    private string Rules(string text) => WriteFile("acls.json", text);

    private string WriteFile(string name, string text)
    {
        var path = Path.Combine(directory, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }

    private static async Task<OpenStream> SubscribeAsync(HttpClient http, string login, string role)
    {
        http.DefaultRequestHeaders.Authorization = Basic(login);
        var call = SubscriptionTests.Subscribe();
        call["subscribe"]!["framework_info"]!["roles"] = new JsonArray(role);
        var stream = await OpenStream.PostAsync(http, "/api/v1/scheduler", call);
        http.DefaultRequestHeaders.Authorization = null;
        return stream;
    }

    private static AuthenticationHeaderValue Basic(string login) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));

    private static HttpRequestMessage Request(JsonNode recorded)
    {
        var request = new HttpRequestMessage(new HttpMethod((string)recorded["method"]!), (string)recorded["path"]!);
        request.Headers.Accept.ParseAdd("application/json");
        if (recorded["body"] is { } body)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if ((string?)recorded["headers"]!["Authorization"] is { } authorization)
            request.Headers.Authorization = Basic(authorization["Basic ".Length..authorization.IndexOf(" (", StringComparison.Ordinal)]);
        return request;
    }
}

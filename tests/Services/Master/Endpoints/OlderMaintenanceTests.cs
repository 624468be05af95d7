using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master.Endpoints;

public sealed class OlderMaintenanceTests
{
    private const string Schedule = """{"windows":[{"machine_ids":[{"hostname":"a"},{"ip":"10.0.0.1"}],"unavailability":{"start":{"nanoseconds":5}}}]}""";

    [Fact]
    public async Task Machines_are_scheduled_taken_down_and_brought_up_by_the_older_paths()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };

        (await PostAsync(http, "/maintenance/schedule", Schedule)).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync(http, "/master/maintenance/schedule")).ShouldBe(Schedule);
        (await PostAsync(http, "/machine/down", """[{"hostname":"a"}]""")).Status.ShouldBe(HttpStatusCode.OK);
        (await GetAsync(http, "/maintenance/status")).ShouldBe("""{"draining_machines":[{"id":{"ip":"10.0.0.1"}}],"down_machines":[{"hostname":"a"}]}""");
        (await PostAsync(http, "/master/machine/up", """[{"hostname":"a"}]""")).Status.ShouldBe(HttpStatusCode.OK);

        (await GetAsync(http, "/master/maintenance/status")).ShouldBe("""{"draining_machines":[{"id":{"ip":"10.0.0.1"}}]}""");
    }

    [Theory]
    [InlineData("/machine/down", "{}", "no list of machines")]
    [InlineData("/machine/down", "[5]", "")]
    [InlineData("/machine/up", "[", "")]
    [InlineData("/machine/up", "[]", "machines is empty")]
    [InlineData("/machine/up", """[{"hostname":"a"}]""", "'a' is not part")]
    [InlineData("/maintenance/schedule", "[]", "")]
    [InlineData("/maintenance/schedule", """{"windows":[{"machine_ids":[{"hostname":"a"}]}]}""", "unavailability")]
    public async Task What_is_no_such_call_is_refused_with_the_reason(string path, string body, string why)
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };

        var (status, text) = await PostAsync(http, path, body);

        status.ShouldBe(HttpStatusCode.BadRequest);
        text.ShouldNotBeEmpty();
        text.ShouldContain(why);
    }

    [Theory]
    [InlineData("/machine/down", "GET", "POST")]
    [InlineData("/machine/up", "PUT", "POST")]
    [InlineData("/maintenance/status", "POST", "GET")]
    [InlineData("/maintenance/schedule", "DELETE", "GET, POST")]
    public async Task Another_method_is_refused_with_those_allowed(string path, string method, string allowed)
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };

        using var answer = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.ShouldBe(allowed.Split(", "), ignoreOrder: true);
    }

    private static async Task<string> GetAsync(HttpClient http, string path) => JsonNode.Parse(await http.GetStringAsync(path))!.ToJsonString();

    /// <summary>As curl -d sends it.</summary>
    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(HttpClient http, string path, string body)
    {
        using var answer = await http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

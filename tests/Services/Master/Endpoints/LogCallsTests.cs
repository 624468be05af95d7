using System.Net;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master.Endpoints;

public sealed class LogCallsTests
{
    [Fact]
    public async Task Says_more_for_a_while_when_asked()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using (await TestFramework.SubscribeAsync(master.Endpoint))
            (await LevelAsync(http)).ShouldBe(0);

        (await SetAsync(http, 4, 10)).ShouldBe(HttpStatusCode.BadRequest);
        (await SetAsync(http, 1, 0)).ShouldBe(HttpStatusCode.BadRequest);
        (await SetAsync(http, 1, 600)).ShouldBe(HttpStatusCode.OK);
        (await LevelAsync(http)).ShouldBe(1);
        await using (var heard = await TestFramework.SubscribeAsync(master.Endpoint))
            (await heard.CallAsync("""{"type":"SUPPRESS"}""")).ShouldBe(HttpStatusCode.Accepted);
        (await SetAsync(http, 0, 1)).ShouldBe(HttpStatusCode.OK);

        (await LevelAsync(http)).ShouldBe(0);
        await master.TerminateAsync();
        var log = await master.ReadLogAsync();
        log.Split('\n').Count(line => line.Contains("Subscribe:", StringComparison.Ordinal)).ShouldBe(1);
        log.ShouldContain("SUPPRESS: Accepted");
    }

    [Theory]
    [InlineData("""{"type":"LIST_FILES","list_files":{"path":"/master/log"} }""", HttpStatusCode.NotFound)]
    [InlineData("""{"type":"READ_FILE","read_file":{"path":"/etc/passwd","offset":0} }""", HttpStatusCode.NotFound)]
    [InlineData("""{"type":"READ_FILE"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"type":"LIST_FILES"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"type":"SET_LOGGING_LEVEL"}""", HttpStatusCode.BadRequest)]
    public async Task Shows_no_file_and_says_why(string call, HttpStatusCode expected)
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };

        var (status, text) = await MaintenanceTests.CallAsync(http, call);

        status.ShouldBe(expected);
        text.ShouldNotBeEmpty();
    }

    private static async Task<int> LevelAsync(HttpClient http) =>
        JsonNode.Parse((await MaintenanceTests.CallAsync(http, """{"type":"GET_LOGGING_LEVEL"}""")).Text)!["get_logging_level"]!["level"]!.GetValue<int>();

    private static async Task<HttpStatusCode> SetAsync(HttpClient http, int level, int seconds) => (await MaintenanceTests.CallAsync(http, $$"""
        {"type":"SET_LOGGING_LEVEL","set_logging_level":{"level":{{level}},"duration":{"nanoseconds":{{seconds * 1_000_000_000L}} } } }
        """)).Status;
}

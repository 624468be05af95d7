namespace DataPlatform.Services.Tests.Hosting.Serving;

public class FrontDoorTests
{
    [Theory]
    [InlineData("dp-master")]
    [InlineData("dp-agent")]
    public async Task Answers_under_its_own_names_and_to_pages_of_its_own_only(string program)
    {
        await using var service = await BoundedProcess.StartAsync(program);

        (await GetAsync(service, "Host", $"localhost:{service.Endpoint.Port}")).Status.ShouldBe(200);
        (await GetAsync(service, "Origin", service.Endpoint.GetLeftPart(UriPartial.Authority))).Status.ShouldBe(200);
        var (status, text) = await GetAsync(service, "Host", "evil.example");
        status.ShouldBe(421);
        text.ShouldContain("evil.example");
        text.ShouldContain("localhost");
        text.ShouldContain("--allowed-hosts");
        (status, text) = await GetAsync(service, "Origin", "https://evil.example");
        status.ShouldBe(403);
        text.ShouldContain("https://evil.example");
        (await GetAsync(service, "Origin", "null")).Status.ShouldBe(403);
    }

    private static async Task<(int Status, string Text)> GetAsync(BoundedProcess service, string header, string value)
    {
        using var http = new HttpClient { BaseAddress = service.Endpoint };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Add(header, value);
        using var answer = await http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

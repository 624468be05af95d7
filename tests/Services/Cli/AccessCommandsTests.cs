using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

public sealed class AccessCommandsTests
{
    private const string Listed = """
        [{"id":"a1","name":"build","kind":"bearer","principal":"ann","created_at":"2026-05-01T12:00:00Z","expires_at":"2026-08-01T12:00:00Z","asks":true},
         {"id":"b2","name":"build","kind":"bearer","principal":"ben","created_at":"2026-05-01T12:00:00Z","expires_at":"2026-08-01T12:00:00Z","asks":false},
         {"id":"c3","name":"console","kind":"session","principal":"ann","created_at":"2026-05-01T12:00:00Z","expires_at":"2026-05-02T12:00:00Z","asks":false}]
        """;

    [Fact]
    public async Task A_token_is_all_that_is_printed_of_a_new_one()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("POST /api/v1/tokens", """{"id":"d4","name":"nightly","secret":"dp_secret","expires_at":"2026-08-01T12:00:00Z"}""");

        (await fake.RunAsync("tokens", "create", "nightly", "--days", "30")).ShouldBe(ExitCode.Done);

        fake.Output.ToString().Trim().ShouldBe("dp_secret");
        fake.Requests[^1].Body.ShouldBe("""{"name":"nightly","days":30}""");
    }

    [Theory]
    [InlineData("build", "2 tokens are named 'build'; say which by its id: a1, b2")]
    [InlineData("console", "no token is named 'console'")]
    public async Task What_could_be_another_is_not_ended(string asked, string why)
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/tokens", Listed);

        (await fake.RunAsync("tokens", "revoke", asked)).ShouldBe(ExitCode.Usage);

        fake.Error.ToString().ShouldContain(why);
        fake.Requests.ShouldAllBe(request => request.Method == "GET");
    }

    [Fact]
    public async Task A_session_is_ended_by_its_id()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/tokens", Listed).With("DELETE /api/v1/tokens/c3", "");

        (await fake.RunAsync("tokens", "revoke", "c3")).ShouldBe(ExitCode.Done);

        fake.Error.ToString().ShouldContain("console of ann is ended");
    }

    [Fact]
    public async Task A_changed_audit_ends_with_a_failure()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/audit/check", """{"entries":9,"first_broken":4}""");

        (await fake.RunAsync("audit", "verify")).ShouldBe(ExitCode.Failed);

        fake.Output.ToString().ShouldContain("entry 4 was changed");
    }
}

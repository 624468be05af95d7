using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Dapper;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

public sealed class AccessRoutesTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync() => host = await ControlPlaneHost.Start();

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_token_is_shown_once_listed_without_itself_and_lets_in_until_it_is_revoked()
    {
        var (status, made) = await host.Post("/api/v1/tokens", """{"name":"nightly-report","days":30}""");
        status.ShouldBe(HttpStatusCode.Created);
        var secret = made["secret"]!.ToString();
        using var program = Bearer(secret);
        (await program.GetAsync("/api/v1/clusters")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var listed = await program.GetStringAsync("/api/v1/tokens");
        listed.ShouldNotContain(secret);
        JsonNode.Parse(listed)!.AsArray().Where(token => token!["asks"]!.GetValue<bool>()).ShouldHaveSingleItem()!["name"]!.ToString().ShouldBe("nightly-report");

        (await host.Client.DeleteAsync($"/api/v1/tokens/{made["id"]}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await program.GetAsync("/api/v1/clusters")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.Client.DeleteAsync($"/api/v1/tokens/{made["id"]}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Audited()).ShouldBe(["revoke-token nightly-report", "create-token nightly-report"]);
    }

    [Theory]
    [InlineData("""{"name":"with space","days":30}""", HttpStatusCode.BadRequest, "name", "1 to 40 letters")]
    [InlineData("""{"name":"long","days":0}""", HttpStatusCode.BadRequest, "days", "1 to 365")]
    [InlineData("""{"name":"long","days":366}""", HttpStatusCode.BadRequest, "days", "1 to 365")]
    public async Task A_token_that_can_not_be_made_is_refused_with_what_is_allowed(string request, HttpStatusCode wanted, string field, string allowed)
    {
        var (status, body) = await host.Post("/api/v1/tokens", request);
        status.ShouldBe(wanted);
        var error = body["errors"]!.AsArray().Single()!;
        (error["field"]!.ToString(), error["allowed"]!.ToString()).ShouldSatisfyAllConditions(each => each.Item1.ShouldBe(field), each => each.Item2.ShouldStartWith(allowed));
        (await Audited()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_that_is_taken_stays_whose_it_is()
    {
        var (_, made) = await host.Post("/api/v1/tokens", """{"name":"build","days":1}""");
        (await host.Post("/api/v1/tokens", """{"name":"build","days":1}""")).Status.ShouldBe(HttpStatusCode.Conflict);
        using var program = Bearer(made["secret"]!.ToString());
        (await program.GetAsync("/api/v1/clusters")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_is_open_ends_with_what_let_it_in()
    {
        await host.Get<LaunchDesk>().LaunchAsync(new LaunchRequest("sample", "watched", [], null), "tester", CancellationToken.None);
        var (_, made) = await host.Post("/api/v1/tokens", """{"name":"watcher","days":1}""");
        using var program = Bearer(made["secret"]!.ToString());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/clusters/watched/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await program.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var events = await answer.Content.ReadAsStreamAsync();
        using var limit = new CancellationTokenSource(Patience);
        (await events.ReadAsync(new byte[1], limit.Token)).ShouldBe(1);

        (await host.Client.DeleteAsync($"/api/v1/tokens/{made["id"]}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        await Should.ThrowAsync<IOException>(async () =>
        {
            while (await events.ReadAsync(new byte[4096], limit.Token) > 0) { }
        });
    }

    [Fact]
    public async Task What_was_done_is_listed_by_whom_and_a_changed_entry_shows()
    {
        await host.Post("/api/v1/login-links", "{}");
        await host.Post("/api/v1/tokens", """{"name":"one","days":1}""");
        await host.Post("/api/v1/tokens", """{"name":"two","days":1}""");
        (await Audited()).ShouldBe(["create-token two", "create-token one", "create-login-link console"]);
        (await Audited("&target=one")).ShouldBe(["create-token one"]);
        (await Audited("&action=create-token&limit=1")).ShouldBe(["create-token two"]);
        (await Audited("&before=2")).ShouldBe(["create-login-link console"]);
        (await Audited("&actor=somebody")).ShouldBeEmpty();
        (await host.Client.GetAsync("/api/v1/audit?limit=0")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await host.Client.GetStringAsync("/api/v1/audit/check")).ShouldBe("""{"entries":3}""");

        host.Get<Database>().Write(transaction => transaction.Connection!.Execute("UPDATE audit SET actor = 'somebody' WHERE sequence = 2", null, transaction));
        (await host.Client.GetStringAsync("/api/v1/audit/check")).ShouldBe("""{"entries":3,"first_broken":2}""");
    }

    private HttpClient Bearer(string secret)
    {
        var client = host.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return client;
    }

    private async Task<IReadOnlyList<string>> Audited(string filter = "") =>
        [.. JsonNode.Parse(await host.Client.GetStringAsync($"/api/v1/audit?x=1{filter}"))!.AsArray().Select(entry => $"{entry!["action"]} {entry["target"]}")];
}

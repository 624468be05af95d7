using System.Net;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

public sealed class ClusterRoutesTests : IAsyncLifetime
{
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync() => host = await ControlPlaneHost.Start();

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_launch_is_stored_and_its_operator_told()
    {
        var (status, body) = await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial","options":{"workers":3},"lifetime_seconds":3600}""");
        status.ShouldBe(HttpStatusCode.Created);
        body["summary"]!["state"]!.ToString().ShouldBe("Pending");
        body["summary"]!["owner"]!.ToString().ShouldBe("tester");
        body["options"]!["workers"]!.ToString().ShouldBe("3");
        host.Engine.Wanted.ShouldHaveSingleItem().Options["memory"]!.GetValue<int>().ShouldBe(1024);
        JsonNode.Parse(await host.Client.GetStringAsync("/api/v1/clusters"))!.AsArray().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"package":"sample","name":"../etc"}""", "name")]
    [InlineData("""{"package":"sample","name":"a\nb"}""", "name")]
    [InlineData("""{"package":"sample","name":""}""", "name")]
    [InlineData("""{"package":"sample"}""", "name")]
    [InlineData("""{"package":"nothing","name":"trial"}""", "package")]
    [InlineData("""{"name":"trial"}""", "package")]
    [InlineData("""{"package":"sample","name":"trial","lifetime_seconds":1}""", "lifetime_seconds")]
    [InlineData("""{"package":"sample","name":"trial","lifetime_seconds":"8h"}""", "lifetime_seconds")]
    [InlineData("""{"package":"sample","name":"trial","options":{"workers":99}}""", "options.workers")]
    [InlineData("""{"package":"sample","name":"trial","options":[]}""", "options")]
    [InlineData("""{"package":"sample","name":"trial","color":"red"}""", "color")]
    [InlineData("""{"package":"sample","name":"trial","name":"other"}""", "name")]
    [InlineData("""{"package":""", "package")]
    [InlineData("""[]""", "body")]
    public async Task Refuses_with_the_field_and_what_is_allowed_and_launches_nothing(string json, string field)
    {
        var (status, body) = await host.Post("/api/v1/clusters", json);
        status.ShouldBe(HttpStatusCode.BadRequest);
        var error = body["errors"]!.AsArray().ShouldHaveSingleItem()!;
        error["field"]!.ToString().ShouldBe(field);
        error["allowed"]!.ToString().ShouldNotBeNullOrEmpty();
        host.Engine.Wanted.ShouldBeEmpty();
        host.Get<ClusterStore>().Living().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_size_sets_options_and_what_is_given_wins()
    {
        (await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial","size":"large","options":{"workers":3}}""")).Status.ShouldBe(HttpStatusCode.Created);
        var options = host.Engine.Wanted.ShouldHaveSingleItem().Options;
        (options["workers"]!.GetValue<int>(), options["memory"]!.GetValue<int>(), options["mode"]!.GetValue<string>()).ShouldBe((3, 8192, "batch"));

        var (status, change) = await host.Post("/api/v1/clusters/trial/update", """{"size":"Small"}""");
        status.ShouldBe(HttpStatusCode.OK, change.ToJsonString());
        change["options"]!.AsArray().Select(option => $"{option!["option"]} {option["after"]}").ShouldBe(["workers 1", "memory 1024"]);
    }

    [Theory]
    [InlineData("/api/v1/clusters", """{"package":"sample","name":"other","size":"Huge"}""")]
    [InlineData("/api/v1/clusters/trial/update", """{"size":"Huge"}""")]
    public async Task A_size_that_there_is_not_is_refused_with_those_that_there_are(string path, string json)
    {
        await Launch("trial");
        var (status, body) = await host.Post(path, json);
        status.ShouldBe(HttpStatusCode.BadRequest);
        var error = body["errors"]!.AsArray().ShouldHaveSingleItem()!;
        (error["field"]!.GetValue<string>(), error["message"]!.GetValue<string>(), error["allowed"]!.GetValue<string>()).ShouldBe(("size", "the package has no such size", "Small, Large"));
    }

    [Fact]
    public async Task What_a_cluster_needs_is_stored_with_it_and_kept_from_deletion()
    {
        await Launch("numbers");
        var (status, body) = await host.Post("/api/v1/clusters", """{"package":"sample","name":"desk","needs":["numbers","numbers"]}""");
        status.ShouldBe(HttpStatusCode.Created, body.ToJsonString());
        body["needs"]!.AsArray().Select(need => need!.GetValue<string>()).ShouldBe(["numbers"]);
        host.Engine.Wanted.Last().ToWanted().Needs.ShouldBe(["numbers"]);
        (await host.Client.DeleteAsync("/api/v1/clusters/numbers")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("""["nobody"]""", "needs[0]", "there is no cluster nobody beside it", "numbers, sums, waiting")]
    [InlineData("""["desk"]""", "needs[0]", "there is no cluster desk beside it", "numbers, sums, waiting")]
    [InlineData("""["../etc"]""", "needs[0]", "there is no cluster of this name beside it", "numbers, sums, waiting")]
    [InlineData("""["numbers","sums"]""", "needs[1]", "numbers and sums both export SAMPLE", "one of them")]
    [InlineData("""["waiting"]""", "needs", "clusters need each other for ever: waiting needs desk needs waiting", "clusters that do not need this one")]
    public async Task Needs_that_can_not_be_are_refused_with_what_could(string needs, string field, string message, string allowed)
    {
        await Launch("numbers");
        await Launch("sums");
        (await host.Post("/api/v1/clusters", """{"package":"sample","name":"waiting","options":{"label":"desk"}}""")).Status.ShouldBe(HttpStatusCode.Created);
        var (status, body) = await host.Post("/api/v1/clusters", $$"""{"package":"sample","name":"desk","needs":{{needs}}}""");
        status.ShouldBe(HttpStatusCode.BadRequest, body.ToJsonString());
        var error = body["errors"]!.AsArray().ShouldHaveSingleItem()!;
        (error["field"]!.GetValue<string>(), error["message"]!.GetValue<string>(), error["allowed"]!.GetValue<string>()).ShouldBe((field, message, allowed));
        host.Get<ClusterStore>().Find("desk").ShouldBeNull();
    }

    [Fact]
    public async Task Refuses_a_name_of_three_hundred_characters()
    {
        var (status, body) = await host.Post("/api/v1/clusters", $$"""{"package":"sample","name":"{{new string('a', 300)}}"}""");
        status.ShouldBe(HttpStatusCode.BadRequest);
        body.ToJsonString().Length.ShouldBeLessThan(500);
    }

    [Fact]
    public async Task Refuses_a_body_that_is_too_large()
    {
        var (status, _) = await host.Post("/api/v1/clusters", $$"""{"package":"sample","name":"{{new string('a', 100_000)}}"}""");
        status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Refuses_a_body_that_is_not_JSON()
    {
        using var answer = await host.Client.PostAsync("/api/v1/clusters", new StringContent("name=trial", null, "application/x-www-form-urlencoded"));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task Refuses_a_name_that_is_taken_until_it_is_free_again()
    {
        await Launch("trial");
        (await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""")).Status.ShouldBe(HttpStatusCode.Conflict);
        var id = host.Get<ClusterStore>().Find("trial")!.Id;
        host.Get<ClusterStore>().MarkDeleted(id, DateTimeOffset.UtcNow);
        await Launch("trial");
    }

    [Fact]
    public async Task Refuses_a_package_that_is_not_available_with_its_reason()
    {
        host.Engine.Package = host.Engine.Package with { UnavailableReason = "no jars: configure --maven-repository" };
        var (status, body) = await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""");
        status.ShouldBe(HttpStatusCode.Conflict);
        body["detail"]!.ToString().ShouldContain("--maven-repository");
    }

    [Fact]
    public async Task An_extension_moves_the_end()
    {
        var before = await Launch("trial");
        var (status, body) = await host.Post("/api/v1/clusters/trial/extend", """{"seconds":3600}""");
        status.ShouldBe(HttpStatusCode.OK);
        body["summary"]!["expires_at"]!.GetValue<DateTimeOffset>().ShouldBe(before.AddHours(1), TimeSpan.FromSeconds(1));
        (await host.Post("/api/v1/clusters/trial/extend", """{"seconds":99999999}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await host.Post("/api/v1/clusters/nothing/extend", """{"seconds":3600}""")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_deletion_is_asked_of_the_operator_and_may_be_asked_again()
    {
        await Launch("trial");
        var id = host.Get<ClusterStore>().Find("trial")!.Id;
        for (var time = 0; time < 2; time++)
        {
            using var answer = await host.Client.DeleteAsync("/api/v1/clusters/trial");
            answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("\"Deleting\"");
        }

        host.Engine.Removed.ShouldContain(id);
    }

    [Fact]
    public async Task A_cluster_that_others_connect_to_is_deleted_only_when_that_is_said()
    {
        await Launch("trial");
        foreach (var name in (string[])["analyst", "reader"]) await host.Post("/api/v1/clusters", $$$"""{"package":"sample","name":"{{{name}}}","options":{"label":"trial"}}""");
        using (var refused = await host.Client.DeleteAsync("/api/v1/clusters/trial"))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
            (await refused.Content.ReadAsStringAsync()).ShouldContain("analyst (sample), reader (sample) connect to trial.");
        }

        host.Get<ClusterStore>().Find("trial")!.DeleteRequestedAt.ShouldBeNull();
        (await host.Client.DeleteAsync("/api/v1/clusters/analyst")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using (var refused = await host.Client.DeleteAsync("/api/v1/clusters/trial")) (await refused.Content.ReadAsStringAsync()).ShouldContain("\"reader (sample) connects to trial.");
        (await host.Post("/api/v1/clusters/trial/park", "")).Status.ShouldBe(HttpStatusCode.Conflict);
        host.Get<ClusterStore>().Find("trial")!.Aim.IsParked.ShouldBeFalse();
        (await host.Post("/api/v1/clusters/trial/park?even_if_needed=true", "")).Status.ShouldBe(HttpStatusCode.Accepted);
        host.Get<ClusterStore>().Find("trial")!.Aim.IsParked.ShouldBeTrue();
        (await host.Client.DeleteAsync("/api/v1/clusters/trial?even_if_needed=true")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task The_end_of_a_lifetime_comes_even_if_others_connect_to_the_cluster()
    {
        await Launch("trial");
        await host.Post("/api/v1/clusters", """{"package":"sample","name":"analyst","options":{"label":"trial"}}""");
        var store = host.Get<ClusterStore>();
        store.SetExpiry(store.Find("trial")!.Id, DateTimeOffset.UtcNow.AddSeconds(-1));
        host.Get<DataPlatform.Services.ControlPlane.Recurring.LifetimeSweep>().Run();
        store.Find("trial")!.DeleteReason.ShouldBe("its lifetime is over");
    }

    [Fact]
    public async Task Events_bring_every_change_until_the_cluster_is_gone()
    {
        await Launch("trial");
        var id = host.Get<ClusterStore>().Find("trial")!.Id;
        using var client = new ControlPlaneClient(new ControlPlaneAddress(host.Url, host.Client.DefaultRequestHeaders.Authorization!.Parameter));
        var states = new List<ClusterState>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var detail in client.WatchAsync("trial", limit.Token))
        {
            states.Add(detail.Summary.State);
            if (states.Count == 1) host.Engine.Show(id, ScriptedOperator.Pending with { State = ClusterState.Ready, Reason = null });
            if (states.Count == 2) await client.DeleteAsync("trial", limit.Token);
            if (states.Count == 3)
            {
                host.Engine.Show(id, null);
                host.Get<DataPlatform.Services.ControlPlane.Recurring.LeftoverSweep>().Run();
            }
        }

        states.ShouldBe([ClusterState.Pending, ClusterState.Ready, ClusterState.Deleting, ClusterState.Deleted]);
    }

    [Theory]
    [InlineData("/api/v1/clusters/nothing")]
    [InlineData("/api/v1/clusters/nothing/why")]
    [InlineData("/api/v1/clusters/nothing/events")]
    [InlineData("/api/v1/clusters/nothing/tasks/x/logs")]
    [InlineData("/api/v1/clusters/..%2f..%2fetc")]
    [InlineData("/api/v1/lake/nothing")]
    [InlineData("/api/v1/packages/nothing")]
    [InlineData("/api/v1/nothing")]
    public async Task What_is_not_there_is_a_problem_404(string path)
    {
        using var answer = await host.Client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task The_OpenAPI_document_describes_the_routes()
    {
        var document = JsonNode.Parse(await host.Client.GetStringAsync("/openapi/v1.json"))!;
        document["paths"]!["/api/v1/clusters/{name}/extend"].ShouldNotBeNull();
        document["components"]!["schemas"]!["LaunchRequest"]!["properties"]!["lifetime_seconds"].ShouldNotBeNull();
    }

    private async Task<DateTimeOffset> Launch(string name)
    {
        var (status, body) = await host.Post("/api/v1/clusters", $$"""{"package":"sample","name":"{{name}}"}""");
        status.ShouldBe(HttpStatusCode.Created);
        return body["summary"]!["expires_at"]!.GetValue<DateTimeOffset>();
    }
}

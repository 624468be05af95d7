using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.State;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

public sealed class MeasuringRoutesTests : IAsyncLifetime
{
    private const string Targets = "/api/v1/metrics/targets/clusters";
    private static readonly string[] Open = ["/metrics", Targets, "/api/v1/metrics/targets/platform", "/api/v1/metrics/master", "/api/v1/metrics/agents/{id}"];
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];

    private readonly List<HostView> agents = [];
    private WebApplication part = null!;
    private RequestDelegate answer = context => context.Response.WriteAsync("counted 7\n", context.RequestAborted);
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        part = builder.Build();
        part.Urls.Add("http://127.0.0.1:0");
        part.Run(context =>
        {
            // The control plane's own questions of the master have no answer here.
            context.Response.StatusCode = context.Request.Path == "/metrics" ? 200 : 503;
            return context.Request.Path == "/metrics" ? answer(context) : Task.CompletedTask;
        });
        await part.StartAsync();
        var address = new Uri(part.Urls.First());
        agents.Add(new HostView("a-1", address.Host, address.Port, true, None, None, None, new Dictionary<string, string>(), 0, null));
        host = await ControlPlaneHost.Start(change: settings => settings with { Master = address }, configure: services => services.Replace(
            ServiceDescriptor.Singleton(provider => new KnownAgents(_ => Task.FromResult<(IReadOnlyList<HostView>, string?)>((agents, null)), provider.GetRequiredService<TimeProvider>()))));
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await part.DisposeAsync();
    }

    [Fact]
    public async Task A_clusters_token_opens_nothing_but_measurements()
    {
        var reader = Reader(Launch("watch"));
        var routes = host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().ToList();
        routes.Count.ShouldBeGreaterThan(20);
        foreach (var route in routes)
        {
            var pattern = "/" + route.RoutePattern.RawText!.TrimStart('/');
            var path = string.Join('/', pattern.Split('/').Select(each => each.StartsWith('{') ? "x" : each));
            foreach (var method in (string[])[.. route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"], "POST", "DELETE"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                using var given = await reader.SendAsync(request);
                if (method == "GET" && Open.Contains(pattern)) given.StatusCode.ShouldNotBe(HttpStatusCode.Forbidden, path);
                else given.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{method} {path}");
            }
        }

        (await reader.GetAsync("/nowhere")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await reader.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_clusters_token_ends_with_the_cluster_and_when_its_secrets_are_replaced()
    {
        var cluster = Launch("watch");
        var reader = Reader(cluster);
        (await reader.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var store = host.Get<ClusterStore>();
        store.SetAim(cluster, cluster.Aim with { Rotations = 1 }, new AuditEntry("tester", "rotate", "watch", ""));
        (await reader.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var rotated = Reader(store.FindById(cluster.Id)!);
        (await rotated.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.OK);

        store.RequestDelete(cluster.Id, DateTimeOffset.UtcNow, "test");
        (await rotated.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_clusters_token_is_good_for_no_login_and_a_wrong_one_keeps_nobody_else_out()
    {
        var cluster = Launch("watch");
        using var login = await host.Stranger.PostAsync("/login", new FormUrlEncodedContent([KeyValuePair.Create("token", Token(cluster))]));
        login.StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        var wrong = host.NewClient();
        wrong.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", MetricsToken.Of(cluster.Id, new string('0', 64)));
        for (var attempt = 0; attempt < 60; attempt++)
            (await wrong.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await host.Client.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Targets_have_the_form_of_Prometheus_and_are_refused_as_long_as_one_cluster_is_not_known()
    {
        var cluster = Launch("watch");
        var reader = Reader(cluster);
        using var early = await reader.GetAsync(Targets);
        early.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await early.Content.ReadAsStringAsync()).ShouldContain("Where watch shows its measurements is not known yet.");

        host.Engine.Show(cluster.Id, ScriptedOperator.Pending with { State = ClusterState.Ready, Measured = [new MeasuredPod("head", "10.0.0.2", 31000, "/m")] });
        using var known = await reader.GetAsync(Targets);
        known.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        (await known.Content.ReadAsStringAsync()).ShouldBe("""[{"targets":["10.0.0.2:31000"],"labels":{"__metrics_path__":"/m","cluster":"watch","package":"sample","pod":"head"}}]""");

        JsonNode.Parse(await reader.GetStringAsync("/api/v1/metrics/targets/platform"))!.AsArray().Select(target => target!["labels"]!["__metrics_path__"]!.GetValue<string>())
            .ShouldBe(["/metrics", "/api/v1/metrics/master", "/api/v1/metrics/agents/a-1"]);
    }

    [Theory]
    [InlineData("/api/v1/metrics/master")]
    [InlineData("/api/v1/metrics/agents/a-1")]
    public async Task What_master_and_agents_count_is_passed_on(string path)
    {
        using var given = await host.Client.GetAsync(path);
        (await given.Content.ReadAsStringAsync()).ShouldBe("counted 7\n");
        given.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4");
    }

    [Fact]
    public async Task An_agent_that_is_not_known_is_not_asked() =>
        (await host.Client.GetAsync("/api/v1/metrics/agents/127.0.0.1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

    [Fact]
    public async Task A_part_that_refuses_or_has_too_much_to_tell_is_named()
    {
        answer = context =>
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        };
        await ExpectProblemAsync("the master answered 403");
        answer = context =>
        {
            context.Response.ContentLength = 17 * 1024 * 1024;
            return context.Response.StartAsync(context.RequestAborted);
        };
        await ExpectProblemAsync("the master has more than 16777216 bytes to tell");
    }

    [Fact]
    public async Task A_part_that_goes_on_telling_for_ever_is_broken_off()
    {
        answer = async context =>
        {
            var part = new byte[1024 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(part, context.RequestAborted);
        };
        await Should.ThrowAsync<HttpRequestException>(() => host.Client.GetByteArrayAsync("/api/v1/metrics/master"));
    }

    [Fact]
    public async Task A_part_that_is_gone_is_named()
    {
        await part.StopAsync();
        await ExpectProblemAsync("the master can't be asked");
    }

    private async Task ExpectProblemAsync(string reason)
    {
        using var given = await host.Client.GetAsync("/api/v1/metrics/master");
        given.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await given.Content.ReadAsStringAsync()).ShouldContain(reason);
    }

    private DesiredCluster Launch(string name)
    {
        var cluster = new DesiredCluster("id-of-" + name, name, "sample", "1.2.3", "tester", new JsonObject(), DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddHours(8));
        host.Get<ClusterStore>().TryAdd(cluster).ShouldBeTrue();
        host.Get<IClusterDocuments>().Write(cluster.Id, [SchedulerMemory.Put(new ClusterFacts(Key))]);
        return cluster;
    }

    private HttpClient Reader(DesiredCluster cluster)
    {
        var client = host.NewClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token(cluster));
        return client;
    }

    private static string Token(DesiredCluster cluster) => MetricsToken.Of(cluster.Id, ClusterSecrets.Derive(Key, cluster.Id, MetricsToken.SecretName, cluster.Aim.Rotations));

    private static AmountsView None { get; } = new(0, 0, 0);
}

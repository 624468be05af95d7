using System.Net;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Services.ControlPlane.Charts;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.ControlPlane.Charts;

public sealed class ChartDeskTests : IAsyncLifetime
{
    private static readonly EngineChart Boxes = new("Boxes", ChartUnit.PerSecond, [new EngineSeries("put", ChartQuery.Read("sum by (pod) (rate(boxes{$cluster}[$window]))").Query!)]);

    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private ScriptedPrometheus prometheus = null!;
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync()
    {
        prometheus = await ScriptedPrometheus.StartAsync();
        host = await ControlPlaneHost.Start(time);
        foreach (var name in (string[])["trial", "watch"])
            (await host.Post("/api/v1/clusters", $$"""{"package":"sample","name":"{{name}}"}""")).Status.ShouldBe(HttpStatusCode.Created);
        host.Engine.Show(Id("trial"), ScriptedOperator.Pending with { Charts = [Boxes] });
        // What is older than the cluster is not asked for.
        time.Advance(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await prometheus.DisposeAsync();
    }

    [Fact]
    public async Task A_Prometheus_that_serves_is_asked_for_one_cluster_once_for_all_who_look()
    {
        Serve();
        var seen = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => LookAsync()));
        prometheus.Asked.ShouldHaveSingleItem()["query"].ToString().ShouldBe("""sum by (pod) (rate(boxes{cluster="trial"}[120s]))""");
        seen[0].MeasuredBy.ShouldBe("watch");
        var chart = seen[0].Charts.ShouldHaveSingleItem();
        (chart.Title, chart.Unit, chart.WhyNot).ShouldBe(("Boxes", ChartUnit.PerSecond, null));
        var series = chart.Series.ShouldHaveSingleItem();
        series.Title.ShouldBe("put");
        series.Values.ShouldBe(Enumerable.Range(1, 181).Select(value => (double?)value));

        time.Advance(TimeSpan.FromSeconds(11));
        await LookAsync();
        prometheus.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Series_are_told_apart_by_their_labels_and_what_was_not_measured_is_a_gap()
    {
        Serve();
        prometheus.Answer = context => context.Response.WriteAsync(ScriptedPrometheus.Matrix(
            context.Request.Query, ("""{"pod":"b","cluster":"trial"}""", ["1", "NaN", "3.5"]), ("""{"pod":"a","__name__":"boxes"}""", ["+Inf"])));
        var chart = (await LookAsync()).Charts[0];
        chart.Series.Select(series => series.Title).ShouldBe(["put a", "put b"]);
        chart.Series[1].Values.Take(4).ShouldBe([1, null, 3.5, null]);
        chart.Series[0].Values.ShouldAllBe(value => value == null);
    }

    [Fact]
    public async Task More_than_twenty_series_are_not_shown()
    {
        Serve();
        prometheus.Answer = context => context.Response.WriteAsync(ScriptedPrometheus.Matrix(
            context.Request.Query, [.. Enumerable.Range(0, 23).Select(number => ($$"""{"pod":"p{{number:00}}"}""", new[] { "1" }))]));
        var chart = (await LookAsync()).Charts[0];
        (chart.Series.Count, chart.Left).ShouldBe((20, 3));
    }

    [Fact]
    public async Task What_an_earlier_cluster_of_the_same_name_did_is_not_asked_for()
    {
        Serve();
        await host.Get<ChartDesk>().OfAsync("trial", 1440, TestContext.Current.CancellationToken);
        var start = DateTimeOffset.FromUnixTimeSeconds(long.Parse(prometheus.Asked.ShouldHaveSingleItem()["start"]!));
        start.ShouldBeGreaterThanOrEqualTo(DateTimeOffset.FromUnixTimeSeconds(host.Get<ClusterStore>().Find("trial")!.CreatedAt.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task Why_there_is_no_chart_is_said_in_words()
    {
        (await LookAsync()).WhyNot.ShouldBe(ChartDesk.NoSource);

        Serve();
        prometheus.Answer = context =>
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsync("""{"status":"error","errorType":"bad_data","error":"parse error: odd"}""");
        };
        await ExpectAsync("watch refuses the question: parse error: odd");
        prometheus.Answer = context =>
        {
            context.Response.Redirect("http://127.0.0.1:1/");
            return Task.CompletedTask;
        };
        await ExpectAsync("watch answers 302");
        prometheus.Answer = context => context.Response.WriteAsync("<html>");
        await ExpectAsync("watch: what it answers can't be read");
        prometheus.Answer = context => context.Response.WriteAsync("{}");
        await ExpectAsync("watch: what it answers has no series");
        prometheus.Answer = context => context.Response.WriteAsync(new string(' ', 3 * 1024 * 1024));
        await ExpectAsync("watch answers with more than 2 MiB");
        await prometheus.StopAsync();
        await ExpectAsync("watch can't be asked");
    }

    [Fact]
    public async Task A_cluster_that_does_not_serve_or_does_not_say_that_it_answers_is_not_asked()
    {
        host.Engine.Show(Id("watch"), ScriptedOperator.Pending with { Endpoints = [prometheus.Endpoint] });
        (await LookAsync()).WhyNot.ShouldBe(ChartDesk.NoSource);
        host.Engine.Show(Id("watch"), ScriptedOperator.Pending with { State = ClusterState.Ready, ReadyAt = time.GetUtcNow(), Endpoints = [prometheus.Endpoint with { Answers = null }] });
        (await LookAsync()).WhyNot.ShouldBe(ChartDesk.NoSource);
        prometheus.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_route_has_the_same_and_only_spans_that_there_are()
    {
        Serve();
        var seen = JsonNode.Parse(await host.Client.GetStringAsync("/api/v1/clusters/trial/charts?minutes=15"))!;
        (seen["minutes"]!.GetValue<int>(), seen["step_seconds"]!.GetValue<int>(), seen["measured_by"]!.GetValue<string>()).ShouldBe((15, 5, "watch"));
        seen["charts"]![0]!["series"]![0]!["values"]!.AsArray().Count.ShouldBe(181);
        JsonNode.Parse(await host.Client.GetStringAsync("/api/v1/clusters/trial/charts"))!["minutes"]!.GetValue<int>().ShouldBe(60);
        JsonNode.Parse(await host.Client.GetStringAsync("/api/v1/clusters/watch/charts"))!["charts"]!.AsArray().ShouldBeEmpty("its package has none");

        using var odd = await host.Client.GetAsync("/api/v1/clusters/trial/charts?minutes=61");
        odd.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await odd.Content.ReadAsStringAsync()).ShouldContain("15, 60, 360, 1440");
        (await host.Client.GetAsync("/api/v1/clusters/other/charts")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await host.Stranger.GetAsync("/api/v1/clusters/trial/charts")).StatusCode.ShouldNotBe(HttpStatusCode.OK);
    }

    private async Task ExpectAsync(string reason)
    {
        time.Advance(TimeSpan.FromSeconds(11));
        var chart = (await LookAsync()).Charts.ShouldHaveSingleItem();
        chart.WhyNot.ShouldNotBeNull().ShouldStartWith(reason);
        chart.Series.ShouldBeEmpty();
    }

    private void Serve() => host.Engine.Show(Id("watch"), ScriptedOperator.Pending with { State = ClusterState.Ready, ReadyAt = time.GetUtcNow(), Endpoints = [prometheus.Endpoint] });

    private string Id(string name) => host.Get<ClusterStore>().Find(name)!.Id;

    private async Task<ChartsView> LookAsync() => (await host.Get<ChartDesk>().OfAsync("trial", 60, TestContext.Current.CancellationToken)).ShouldNotBeNull();
}

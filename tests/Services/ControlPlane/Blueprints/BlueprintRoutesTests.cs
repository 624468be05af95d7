using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Recurring;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DataPlatform.Services.Tests.ControlPlane.Blueprints;

public sealed class BlueprintRoutesTests : IAsyncLifetime
{
    private const string Lab = """
        schema: 1
        name: lab
        title: A lab
        lifetime: 2h
        clusters:
          desk:
            package: notes
            needs: [numbers, { package: sums }]
          numbers:
            package: sample
            options: { workers: 3, mode: interactive }
          adder: { package: sums, version: 1.2.3, needs: [numbers] }
        """;

    private readonly ScriptedOperator sums = new("sums");
    private readonly ScriptedOperator notes = new("notes") { Exported = [] };
    private readonly TemporaryFolder folder = new();
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync() => host = await Start(new ScriptedOperator(), sums, notes);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    private ClusterStore Store => host.Get<ClusterStore>();

    [Fact]
    public async Task Brings_up_all_clusters_as_one_thing_each_with_what_it_needs()
    {
        var (status, change) = await Up(Lab);
        status.ShouldBe(HttpStatusCode.OK);
        Changes(change).ShouldBe(["numbers launched", "adder launched", "desk launched"]);
        change["is_wanted"]!.GetValue<bool>().ShouldBeTrue();

        Store.Living().Select(cluster => (cluster.Name, cluster.Blueprint, cluster.Version, cluster.ExpiresAt - cluster.CreatedAt)).ShouldBe(
            [("numbers", "lab", "1.2.3", TimeSpan.FromHours(2)), ("adder", "lab", "1.2.3", TimeSpan.FromHours(2)), ("desk", "lab", "1.2.3", TimeSpan.FromHours(2))], ignoreOrder: true);
        var numbers = host.Engine.Wanted.ShouldHaveSingleItem();
        (numbers.Options["workers"]!.GetValue<int>(), numbers.Options["mode"]!.GetValue<string>(), numbers.Options["memory"]!.GetValue<int>()).ShouldBe((3, "interactive", 1024));
        sums.Wanted.ShouldHaveSingleItem().ToWanted().Needs.ShouldBe(["numbers"]);
        notes.Wanted.ShouldHaveSingleItem().ToWanted().Needs.ShouldBe(["numbers", "adder"]);
        host.Get<AuditLog>().FirstBroken().ShouldBeNull();
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_and_changes_nothing()
    {
        Changes((await Up(Lab, dryRun: true)).Body).ShouldBe(["numbers launched", "adder launched", "desk launched"]);
        Store.Living().ShouldBeEmpty();
        host.Get<BlueprintStore>().All().ShouldBeEmpty();
        host.Engine.Wanted.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("package: sample", "package: smaple", "lab.yaml:10:14: there is no package smaple (allowed: notes, sample, sums)")]
    [InlineData("workers: 3", "workers: 300", "lab.yaml:11:25: workers: too large (allowed: a whole number, at least 1, at most 20)")]
    [InlineData("workers: 3", "workers: many", "lab.yaml:11:25: workers can't be this (allowed: a whole number, at least 1, at most 20)")]
    [InlineData("workers: 3", "wokers: 3", "lab.yaml:11:16: the package sample has no such option (allowed: workers, ")]
    [InlineData("version: 1.2.3", "version: 9", "lab.yaml:12:36: sums has no such version (allowed: 1.2.3)")]
    [InlineData("version: 1.2.3", "size: Huge", "lab.yaml:12:33: sums has no such size (allowed: Small, Large)")]
    [InlineData("needs: [numbers]", "needs: [nobody]", "lab.yaml:12:51: there is no cluster nobody, in this file or beside it (allowed: desk, numbers)")]
    [InlineData("needs: [numbers]", "needs: [adder]", "lab.yaml:12:51: a cluster can't need itself")]
    [InlineData("needs: [numbers]", "needs: [desk]", "lab.yaml:12:51: desk (notes) exports nothing by which others could reach it (allowed: sample, sums)")]
    [InlineData("{ package: sums }]", "{ package: samples }]", "there is no package samples")]
    [InlineData("{ package: sums }]", "{ package: notes }]", "there is no cluster of notes, in this file or beside it")]
    [InlineData("mode: interactive", "label: nobody", "lab.yaml:11:35: there is no cluster nobody, in this file or beside it")]
    [InlineData("mode: interactive", "label: adder", "clusters need each other for ever: numbers needs adder needs numbers")]
    [InlineData("lifetime: 2h", "lifetime: 2s", "lab.yaml:4:11: out of range (allowed: from 60 seconds to 30 days")]
    [InlineData("package: sample", "package: sample\n    lifetime: 1h", "lab.yaml:11:15: numbers would end before desk, which needs it (allowed: at least as long)")]
    [InlineData("title: A lab", "datasets: [flights]", "lab.yaml:3:12: the lake has no such dataset (allowed: none: there is none)")]
    [InlineData("title: A lab", "tilte: A lab", "lab.yaml:3:1: tilte is not known (allowed: schema, name, title, lifetime, datasets, clusters)")]
    public async Task Refuses_with_file_line_column_and_what_is_allowed_and_brings_nothing_up(string right, string wrong, string expected)
    {
        var (status, body) = await Up(Lab.Replace(right, wrong, StringComparison.Ordinal));
        status.ShouldBe(HttpStatusCode.BadRequest);
        Sentences(body).ShouldContain(sentence => sentence.Contains(expected, StringComparison.Ordinal), string.Join('\n', Sentences(body)));
        Store.Living().ShouldBeEmpty();
        host.Get<BlueprintStore>().All().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_said_twice_to_those_that_need_it_is_refused()
    {
        sums.Exported = ["SAMPLE"];
        Sentences((await Up(Lab)).Body).ShouldContain("lab.yaml:8:33: numbers and adder both export SAMPLE (allowed: one of them)");
    }

    [Fact]
    public async Task Brought_up_again_only_what_differs_is_launched_changed_and_deleted()
    {
        await Up(Lab);
        Changes((await Up(Lab)).Body).ShouldBe(["numbers left", "adder left", "desk left"]);
        host.Engine.Wanted.Count.ShouldBe(1);

        host.Engine.PodChanges = [new DataPlatform.Operators.Sdk.Plans.PodChange("worker-3", DataPlatform.Operators.Sdk.Plans.PodChangeKind.Added, "there are more of them")];
        var other = Lab.Replace("workers: 3", "workers: 5", StringComparison.Ordinal).Replace("needs: [numbers, { package: sums }]", "needs: [numbers]", StringComparison.Ordinal)
            .Replace("adder: { package: sums, version: 1.2.3, needs: [numbers] }", "reader: { package: notes }", StringComparison.Ordinal).Replace("lifetime: 2h", "lifetime: 3h", StringComparison.Ordinal);
        var (_, change) = await Up(other);
        Changes(change).ShouldBe(["numbers changed", "desk changed", "reader launched", "adder deleted"]);
        change["clusters"]![0]!["options"]!.ToJsonString().ShouldBe("""[{"option":"workers","before":"3","after":"5"}]""");
        change["clusters"]![0]!["others"]!.ToJsonString().ShouldBe("""[{"option":"lifetime","before":"2 h 0 min","after":"3 h 0 min"}]""");
        change["clusters"]![0]!["pods"]![0]!["pod"]!.GetValue<string>().ShouldBe("worker-3");
        change["clusters"]![1]!["others"]![0]!.ToJsonString().ShouldBe("""{"option":"needs","before":"numbers, adder","after":"numbers"}""");

        var (numbers, desk, adder) = (Store.Find("numbers")!, Store.Find("desk")!, Store.Find("adder")!);
        (numbers.Target, numbers.Options["workers"]!.GetValue<int>(), numbers.ExpiresAt - numbers.CreatedAt).ShouldBe((2, 5, TimeSpan.FromHours(3)));
        (desk.Target, desk.Needs.Single()).ShouldBe((2, "numbers"));
        adder.DeleteReason.ShouldBe("its blueprint does not name it any more");
        sums.Removed.ShouldBe([adder.Id]);
        notes.Wanted.Select(wanted => $"{wanted.Name} {string.Join(' ', wanted.ToWanted().Needs)}").ShouldBe(["desk numbers adder", "reader ", "desk numbers"]);
    }

    [Fact]
    public async Task A_cluster_that_is_not_its_own_is_neither_taken_nor_changed()
    {
        await host.Post("/api/v1/clusters", """{"package":"sample","name":"numbers"}""");
        var (status, body) = await Up(Lab);
        status.ShouldBe(HttpStatusCode.Conflict);
        Sentences(body).ShouldBe(["lab.yaml:9:3: there is a cluster numbers already, of no blueprint (allowed: a name that no other cluster has)"]);
        Store.Living().Single().Target.ShouldBe(1);

        // One that runs beside it may be needed.
        (await Up(Lab.Replace("  numbers:\n    package: sample\n    options: { workers: 3, mode: interactive }\n", "", StringComparison.Ordinal))).Status.ShouldBe(HttpStatusCode.OK);
        using var refused = await host.Client.DeleteAsync("/api/v1/clusters/numbers");
        (await refused.Content.ReadAsStringAsync()).ShouldContain("adder (sums), desk (notes) connect to numbers.");
    }

    [Fact]
    public async Task Goes_down_as_one_thing_unless_others_connect_to_it()
    {
        await Up(Lab);
        await host.Post("/api/v1/clusters", """{"package":"sample","name":"outsider","options":{"label":"adder"}}""");
        using (var refused = await host.Client.DeleteAsync("/api/v1/blueprints/lab"))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
            (await refused.Content.ReadAsStringAsync()).ShouldContain("outsider (sample) connects to adder.");
        }

        Store.Living().ShouldAllBe(cluster => cluster.DeleteRequestedAt == null);
        (await host.Client.DeleteAsync("/api/v1/blueprints/lab?even_if_needed=true")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var own = Store.Living().Where(cluster => cluster.Blueprint == "lab").ToList();
        own.ShouldAllBe(cluster => cluster.DeleteReason == "taken down with its blueprint by tester");
        (await Detail()).Summary.State.ShouldBe(ClusterState.Deleting);
        Sentences((await Up(Lab)).Body).ShouldContain(sentence => sentence.Contains("numbers is still being deleted", StringComparison.Ordinal));

        foreach (var cluster in own) ((ScriptedOperator)host.Get<Catalogue>().Find(cluster.Package)!).Show(cluster.Id, null);
        host.Get<LeftoverSweep>().Run();
        (await host.Client.GetAsync("/api/v1/blueprints/lab")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await host.Client.DeleteAsync("/api/v1/blueprints/lab")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        Store.Living().Single().Name.ShouldBe("outsider");
    }

    [Fact]
    public async Task Is_as_ready_as_the_worst_of_its_clusters()
    {
        await Up(Lab);
        (await Detail()).Summary.State.ShouldBe(ClusterState.Pending);
        foreach (var cluster in Store.Living()) Show(cluster.Name, ClusterState.Ready);
        var detail = await Detail();
        (detail.Summary.State, detail.Summary.Ready, detail.Summary.Clusters, detail.Summary.Title).ShouldBe((ClusterState.Ready, 3, 3, "A lab"));
        detail.Clusters.Select(cluster => (cluster.Name, string.Join(' ', cluster.Needs))).ShouldBe([("numbers", ""), ("adder", "numbers"), ("desk", "numbers adder")]);
        Show("adder", ClusterState.Failed);
        (await Detail()).Summary.Reason.ShouldBe("adder: as the test says");
        await host.Client.DeleteAsync("/api/v1/clusters/desk");
        Show("adder", ClusterState.Ready);
        notes.Show(Store.Find("desk")!.Id, null);
        host.Get<LeftoverSweep>().Run();
        ((await Detail()).Summary.State, (await Detail()).Summary.Reason).ShouldBe((ClusterState.Degraded, "desk is not there"));
        Changes((await Up(Lab)).Body).ShouldBe(["numbers left", "adder left", "desk launched"]);
    }

    [Fact]
    public async Task What_runs_is_exported_as_what_would_bring_it_up()
    {
        await Up(Lab);
        var (_, exported) = await host.Post("/api/v1/blueprints/export", """{"of":["lab"]}""");
        Changes((await Up(exported["content"]!.GetValue<string>())).Body).ShouldBe(["numbers left", "adder left", "desk left"], exported["content"]!.GetValue<string>());

        (await host.Post("/api/v1/blueprints/export", """{"of":["numbers","adder"]}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        var (_, part) = await host.Post("/api/v1/blueprints/export", """{"of":["adder","numbers"],"name":"part"}""");
        part["content"]!.GetValue<string>().ShouldBe("""
            schema: 1
            name: part
            clusters:
              numbers:
                package: sample
                lifetime: 2h
                options:
                  workers: 3
                  mode: "interactive"
              adder:
                package: sums
                lifetime: 2h
                needs: [numbers]

            """.ReplaceLineEndings("\n"));
        Sentences((await host.Post("/api/v1/blueprints/export", """{"of":["nobody"],"name":"x"}""")).Body).Single().ShouldStartWith("of: names what is not there (allowed: a blueprint, or clusters: ");
    }

    [Fact]
    public async Task A_size_sets_options_and_what_stands_beside_it_wins()
    {
        (await Up(Lab.Replace("package: sample\n", "package: sample\n    size: Large\n", StringComparison.Ordinal))).Status.ShouldBe(HttpStatusCode.OK);
        var options = Store.Find("numbers")!.Options;
        (options["workers"]!.GetValue<int>(), options["memory"]!.GetValue<int>()).ShouldBe((3, 8192));
    }

    [Fact]
    public async Task A_fixed_option_of_what_runs_is_refused_where_it_stands()
    {
        await Up(Lab);
        var (status, body) = await Up(Lab.Replace("mode: interactive", "mode: batch", StringComparison.Ordinal));
        status.ShouldBe(HttpStatusCode.Conflict);
        Sentences(body).ShouldBe(["lab.yaml:11:34: mode is fixed when a cluster is launched (allowed: 'interactive', as it is; for 'batch' launch another cluster)"]);
        Store.Find("numbers")!.Target.ShouldBe(1);
    }

    [Fact]
    public async Task A_control_plane_that_comes_back_goes_on_with_it()
    {
        await Up(Lab);
        await host.DisposeAsync();
        var again = new[] { new ScriptedOperator(), new ScriptedOperator("sums"), new ScriptedOperator("notes") { Exported = [] } };
        host = await Start(again);

        host.Get<LeftoverSweep>().Run();
        again.SelectMany(engine => engine.Wanted).Select(cluster => (cluster.Name, string.Join(' ', cluster.ToWanted().Needs))).Distinct()
            .ShouldBe([("numbers", ""), ("adder", "numbers"), ("desk", "numbers adder")], ignoreOrder: true);
        (await Detail()).Clusters.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_a_package_finds_impossible_is_refused_where_it_stands()
    {
        notes.Wrong = new FieldProblem("options.workers", "no host can do that", "less");
        Sentences((await Up(Lab)).Body).ShouldContain(sentence => sentence.StartsWith("lab.yaml:6:3: no host can do that", StringComparison.Ordinal));
        Store.Living().ShouldBeEmpty();
    }

    private Task<ControlPlaneHost> Start(params ScriptedOperator[] engines) => ControlPlaneHost.Start(
        engine: engines[0], change: settings => settings with { WorkDir = Path.Combine(folder.Path, "work") },
        configure: services =>
        {
            foreach (var engine in engines.Skip(1)) services.AddSingleton<IClusterOperator>(engine);
        });

    private Task<(HttpStatusCode Status, JsonObject Body)> Up(string content, bool dryRun = false) =>
        host.Post("/api/v1/blueprints", new JsonObject { ["content"] = content, ["file"] = "lab.yaml", ["dry_run"] = dryRun }.ToJsonString());

    private async Task<BlueprintDetail> Detail() => JsonSerializer.Deserialize(await host.Client.GetStringAsync("/api/v1/blueprints/lab"), ControlPlaneJson.Default.BlueprintDetail)!;

    private void Show(string name, ClusterState state)
    {
        var cluster = Store.Find(name)!;
        ((ScriptedOperator)host.Get<Catalogue>().Find(cluster.Package)!).Show(cluster.Id, ScriptedOperator.Pending with { State = state, Reason = state == ClusterState.Ready ? null : "as the test says" });
    }

    private static List<string> Changes(JsonObject change) => [.. change["clusters"]!.AsArray().Select(cluster => $"{cluster!["cluster"]} {cluster["change"]}")];

    private static List<string> Sentences(JsonObject problem) => [.. problem["errors"]!.AsArray().Select(error => $"{error!["field"]}: {error["message"]}{(error["allowed"] is { } allowed ? $" (allowed: {allowed})" : "")}")];
}

using System.Net;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

public sealed class OperationRoutesTests : IAsyncLifetime
{
    private const string Route = "/api/v1/clusters/trial/operations";
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await ControlPlaneHost.Start();
        (await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""")).Status.ShouldBe(HttpStatusCode.Created);
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    private DesiredCluster Cluster => host.Get<ClusterStore>().Find("trial")!;

    private string Backups => Path.Combine(host.Settings.Lake, "_backups", "sample");

    [Fact]
    public async Task What_is_asked_for_is_stored_with_its_number_and_the_scheduler_hears_of_it()
    {
        (await host.Post(Route, """{"name":"compact"}""")).Status.ShouldBe(HttpStatusCode.Accepted);
        var (status, answer) = await host.Post(Route, """{"name":"backup"}""");
        status.ShouldBe(HttpStatusCode.Accepted);
        answer["operations"]!.AsArray().Select(operation => $"{operation!["name"]} {operation["number"]} {operation["state"]}").ShouldBe(["compact 1 Pending", "backup 2 Pending"], "also before its scheduler has looked at it");
        var operations = host.Engine.Wanted.Last().ToWanted().Operations;
        operations.Select(operation => (operation.Number, operation.Name)).ShouldBe([(1, "compact"), (2, "backup")]);
        operations[0].Folder.ShouldBeNull();
        operations[1].Folder.ShouldNotBeNull().ShouldMatch(@"^_backups/sample/trial-[0-9]{8}-[0-9]{6}-2$");
        Cluster.Aim.Operations!.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_backup_that_is_whole_is_listed_and_can_be_restored()
    {
        Directory.CreateDirectory(Path.Combine(Backups, "other-20260101-000000-1"));
        await File.WriteAllTextAsync(Path.Combine(Backups, "other-20260101-000000-1", "dump"), "12345");
        Directory.CreateDirectory(Path.Combine(Backups, "other-20260101-000000-2.part"));
        Directory.CreateSymbolicLink(Path.Combine(Backups, "link"), "/etc");

        var listed = JsonNode.Parse(await host.Client.GetStringAsync("/api/v1/backups?package=sample"))!.AsArray().ShouldHaveSingleItem()!;
        (listed["name"]!.GetValue<string>(), listed["size_bytes"]!.GetValue<long>()).ShouldBe(("other-20260101-000000-1", 5));
        (await host.Client.GetStringAsync("/api/v1/backups?package=none")).ShouldBe("[]");

        (await host.Post(Route, """{"name":"restore","backup":"other-20260101-000000-1"}""")).Status.ShouldBe(HttpStatusCode.Accepted);
        host.Engine.Wanted.Last().ToWanted().Operations.ShouldHaveSingleItem().Folder.ShouldBe("_backups/sample/other-20260101-000000-1");
    }

    [Fact]
    public async Task What_an_operation_is_given_is_stored_and_shown()
    {
        var (status, answer) = await host.Post(Route, """{"name":"drop","inputs":{"table":"orders","again":"orders"}}""");
        status.ShouldBe(HttpStatusCode.Accepted);
        answer["operations"]![0]!["inputs"]!.ToJsonString().ShouldBe("""{"table":"orders","again":"orders"}""");
        host.Engine.Wanted.Last().ToWanted().Operations.ShouldHaveSingleItem().Inputs!.ToJsonString().ShouldBe("""{"table":"orders","again":"orders"}""");
        (await host.Post(Route, """{"name":"compact"}""")).Body["operations"]![1]!.AsObject().ContainsKey("inputs").ShouldBeFalse("it is given nothing");
    }

    [Theory]
    [InlineData("""{"name":"explode"}""", "name", "backup, restore, compact, drop")]
    [InlineData("{}", "name", "backup, restore, compact, drop")]
    [InlineData("""{"name":"restore"}""", "backup", "none: no sample was backed up")]
    [InlineData("""{"name":"restore","backup":"../../../etc"}""", "backup", "none: no sample was backed up")]
    [InlineData("""{"name":"compact","backup":"any"}""", "backup", "nothing")]
    [InlineData("""{"name":"compact","inputs":{"table":"orders"}}""", "inputs", "none")]
    [InlineData("""{"name":"drop","inputs":{"again":"orders"}}""", "inputs.table", "text, matching ^[a-z]+$")]
    [InlineData("""{"name":"drop","inputs":{"table":"orders","again":"orders","tabel":"orders"}}""", "inputs.tabel", "table, again, rows")]
    [InlineData("""{"name":"drop","inputs":{"table":"Orders","again":"orders"}}""", "inputs.table", "text, matching ^[a-z]+$")]
    [InlineData("""{"name":"drop","inputs":{"table":"orders","again":"orders","rows":11}}""", "inputs.rows", "a whole number, at least 1, at most 10")]
    [InlineData("""{"name":"drop","inputs":{"table":"orders","again":"orders","rows":"ten"}}""", "inputs.rows", "a whole number, at least 1, at most 10")]
    [InlineData("""{"name":"drop","inputs":{"table":null,"again":"orders"}}""", "inputs.table", "text, matching ^[a-z]+$")]
    [InlineData("""{"name":"drop","inputs":{"table":"orders","again":"others"}}""", "inputs.again", "orders")]
    public async Task What_can_not_be_asked_for_is_refused_with_what_can(string body, string field, string allowed)
    {
        var (status, answer) = await host.Post(Route, body);
        status.ShouldBe(HttpStatusCode.BadRequest);
        var error = answer["errors"]!.AsArray().ShouldHaveSingleItem()!;
        (error["field"]!.GetValue<string>(), error["allowed"]!.GetValue<string>()).ShouldBe((field, allowed));
        Cluster.Aim.Operations.ShouldBeNull();
    }

    [Fact]
    public async Task Ten_wait_and_no_more()
    {
        for (var asked = 0; asked < 10; asked++) (await host.Post(Route, """{"name":"compact"}""")).Status.ShouldBe(HttpStatusCode.Accepted);
        (await host.Post(Route, """{"name":"compact"}""")).Status.ShouldBe(HttpStatusCode.Conflict);
        for (var asked = 0; asked < 10; asked++)
        {
            ShowTenThatAreOver();
            (await host.Post(Route, """{"name":"compact"}""")).Status.ShouldBe(HttpStatusCode.Accepted);
        }

        ShowTenThatAreOver();
        (await host.Post(Route, """{"name":"compact"}""")).Status.ShouldBe(HttpStatusCode.Conflict);
        Cluster.Aim.Operations!.Select(operation => operation.Number).ShouldBe(Enumerable.Range(1, 20));
    }

    private void ShowTenThatAreOver() => host.Engine.Show(
        Cluster.Id, ScriptedOperator.Pending with { Operations = [.. Enumerable.Range(1, 10).Select(number => new OperationView(number, "compact", "plain", StepState.Complete, DateTimeOffset.UtcNow, null, null, null, null))] });

    [Fact]
    public async Task A_pod_with_data_is_replaced_by_request_and_no_other()
    {
        ShowData();
        (await host.Post("/api/v1/clusters/trial/pods/worker-1/replace", "")).Body["errors"]![0]!["allowed"]!.GetValue<string>().ShouldBe("worker-0");
        (await host.Post("/api/v1/clusters/trial/pods/worker-0/replace", "")).Status.ShouldBe(HttpStatusCode.Accepted);
        ShowData();
        (await host.Post("/api/v1/clusters/trial/pods/worker-0/replace", "")).Status.ShouldBe(HttpStatusCode.Accepted);
        host.Engine.Wanted.Last().ToWanted().Replacements.ShouldBe(new Dictionary<string, int> { ["worker-0"] = 2 });
    }

    private void ShowData() => host.Engine.Show(Cluster.Id, ScriptedOperator.Pending with { Volumes = [new VolumeView("worker-0", "data", "10.0.0.1", 64)] });
}

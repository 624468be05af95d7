using System.Net;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

public sealed class TableRoutesTests : IAsyncLifetime
{
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await ControlPlaneHost.Start();
        (await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""")).Status.ShouldBe(HttpStatusCode.Created);
        host.Engine.Show(host.Get<ClusterStore>().Find("trial")!.Id, ScriptedOperator.Pending with { Tables = [new TableView("boxes", "Boxes", [new TableColumnView("box", "Box", ColumnKind.Text)], 15)] });
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_cluster_tells_which_tables_it_has_and_why_one_has_no_rows()
    {
        JsonNode.Parse(await host.Client.GetStringAsync("/api/v1/clusters/trial"))!["tables"]!.ToJsonString()
            .ShouldBe("""[{"name":"boxes","title":"Boxes","columns":[{"name":"box","title":"Box","kind":"Text"}],"every_seconds":15}]""");
        var asked = JsonNode.Parse(await host.Client.GetStringAsync("/api/v1/clusters/trial/tables"))!.AsArray().ShouldHaveSingleItem()!;
        asked["why_not"]!.GetValue<string>().ShouldBe("nothing serves that could answer");
        asked.AsObject().ContainsKey("rows").ShouldBeFalse();
        JsonNode.Parse(await host.Client.GetStringAsync("/api/v1/clusters/trial/tables/boxes"))!["name"]!.GetValue<string>().ShouldBe("boxes");
    }

    [Theory]
    [InlineData("/api/v1/clusters/trial/tables/lids", "The cluster has: boxes")]
    [InlineData("/api/v1/clusters/other/tables/boxes", null)]
    [InlineData("/api/v1/clusters/other/tables", null)]
    public async Task What_there_is_not_is_not_found(string path, string? detail)
    {
        using var answer = await host.Client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        if (detail is not null) (await answer.Content.ReadAsStringAsync()).ShouldContain(detail);
    }
}

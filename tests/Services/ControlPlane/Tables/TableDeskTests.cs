using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Storage;
using DataPlatform.Services.ControlPlane.Tables;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.ControlPlane.Tables;

public sealed class TableDeskTests
{
    private static readonly TableView Boxes = new("boxes", "Boxes", [new TableColumnView("box", "Box", ColumnKind.Text)], 15);

    [Fact]
    public async Task An_engine_is_asked_once_for_all_who_look_and_again_after_an_operation()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await ControlPlaneHost.Start(time);
        await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""");
        var id = host.Get<ClusterStore>().Find("trial")!.Id;
        host.Engine.Show(id, ScriptedOperator.Pending with { Tables = [Boxes] });

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => LookAsync(host)));
        host.Engine.Asked.ShouldBe(1);

        var done = new OperationView(1, "compact", "plain", StepState.Complete, time.GetUtcNow(), time.GetUtcNow(), time.GetUtcNow(), null, null);
        host.Engine.Show(id, ScriptedOperator.Pending with { Tables = [Boxes], Operations = [done] });
        time.Advance(TimeSpan.FromSeconds(1));
        await LookAsync(host);
        await LookAsync(host);
        host.Engine.Asked.ShouldBe(2);

        time.Advance(TimeSpan.FromSeconds(3));
        await LookAsync(host);
        host.Engine.Asked.ShouldBe(3, "what has no answer is asked again soon");
    }

    private static async Task LookAsync(ControlPlaneHost host) =>
        (await host.Get<TableDesk>().AllAsync("trial", TestContext.Current.CancellationToken)).ShouldNotBeNull().ShouldHaveSingleItem().WhyNot.ShouldBe("nothing serves that could answer");
}

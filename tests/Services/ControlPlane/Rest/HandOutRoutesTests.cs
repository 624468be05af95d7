using System.Net;
using Dapper;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

public sealed class HandOutRoutesTests : IAsyncLifetime
{
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await ControlPlaneHost.Start();
        (await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""")).Status.ShouldBe(HttpStatusCode.Created);
        host.Engine.Show(host.Get<ClusterStore>().Find("trial")!.Id, ScriptedOperator.Pending with { Operations = [Seen(1, StepState.Complete), Seen(2, StepState.Complete), Seen(3, StepState.Starting)] });
        host.Engine.HandsOut[1] = new Dictionary<string, string> { ["USER"] = "ann", ["PASSWORD"] = "hunter2" };
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    private static OperationView Seen(int number, StepState state) => new(number, "drop", "plain", state, DateTimeOffset.UtcNow, null, null, null, null) { HandsOut = number == 1 };

    private IReadOnlyList<string> Audit => host.Get<Database>().Read<IReadOnlyList<string>>(connection => [.. connection.Query<string>("SELECT actor || ' ' || action || ' ' || target || ' ' || detail FROM audit ORDER BY sequence")]);

    [Fact]
    public async Task Who_asks_is_told_and_that_somebody_asked_is_noted_without_what_was_told()
    {
        var (status, answer) = await host.Post("/api/v1/clusters/trial/operations/1/hand-out", "");
        status.ShouldBe(HttpStatusCode.OK);
        answer.ToJsonString().ShouldBe("""{"number":1,"name":"drop","variables":{"USER":"ann","PASSWORD":"hunter2"}}""");
        Audit[^1].ShouldEndWith(" hand-out trial drop 1");
        Audit.ShouldAllBe(entry => !entry.Contains("hunter2", StringComparison.Ordinal));
        var shown = await host.Client.GetStringAsync("/api/v1/clusters/trial");
        shown.ShouldNotContain("hunter2");
        shown.ShouldContain("\"hands_out\":true");
    }

    [Theory]
    [InlineData("trial/operations/2/hand-out", "drop 2 hands nothing out.")]
    [InlineData("trial/operations/3/hand-out", "drop 3 is not complete.")]
    [InlineData("trial/operations/4/hand-out", "trial knows no operation 4 any more, or not yet.")]
    public async Task Where_there_is_nothing_to_hand_out_it_is_said_why(string path, string why)
    {
        var before = Audit.Count;
        var (status, answer) = await host.Post($"/api/v1/clusters/{path}", "");
        (status, answer["detail"]!.GetValue<string>()).ShouldBe((HttpStatusCode.NotFound, why));
        (await host.Post("/api/v1/clusters/nobody/operations/1/hand-out", "")).Status.ShouldBe(HttpStatusCode.NotFound);
        Audit.Count.ShouldBe(before);
    }
}

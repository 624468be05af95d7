using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli;
using DataPlatform.Services.Tests.ControlPlane;

namespace DataPlatform.Services.Tests.Cli;

public sealed class WhyCommandTests
{
    [Fact]
    public async Task A_program_is_told_why_a_cluster_has_failed()
    {
        await using var host = await ControlPlaneHost.Start();
        await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""");
        host.Engine.Wanted.TryPeek(out var cluster).ShouldBeTrue();
        var failed = new StepView("worker-0", StepState.Failed, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "exit 1: no such jar");
        host.Engine.Show(cluster!.Id, ScriptedOperator.Pending with
        {
            State = ClusterState.Failed, Reason = "worker-0: exit 1: no such jar", Plans = [new PlanView("deploy", StepState.Failed, [new PhaseView("workers", "serial", StepState.Failed, [failed])])],
        });

        var (_, output, _) = await host.DpAsync("why", "trial", "-o", "json");

        TestContext.Current.TestOutputHelper?.WriteLine(output);
        var why = JsonNode.Parse(output)!;
        why["sentence"]!.GetValue<string>().ShouldContain("no such jar");
        why["to_do"]!.GetValue<string>().ShouldContain("dp retry trial");
    }
}

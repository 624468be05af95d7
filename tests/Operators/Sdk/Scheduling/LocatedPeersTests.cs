using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>Pods that depend on where others are, not on what runs there.</summary>
public sealed class LocatedPeersTests
{
    [Fact]
    public void All_know_from_the_start_where_all_are()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(mates: true)).SendOffer("A1").ExpectLaunched("head", "worker-0", "worker-1");
        string Address(string task) => $"{trial.Rows[task].Host}:{trial.Rows[task].Ports["rpc"]}";
        foreach (var launched in SchedulerTrial.LaunchedBy(trial.Calls).Where(task => task.Name.StartsWith("mine/worker", StringComparison.Ordinal)))
            launched.Command.Arguments.Skip(1).ShouldBe([Address("head"), Address("worker-0"), Address("worker-1")]);
    }

    [Fact]
    public void One_that_is_started_again_where_it_was_disturbs_no_other()
    {
        var trial = Ready().SendStatus("head", TaskState.TaskFailed).Later(TimeSpan.FromSeconds(2));
        trial.SendOffers(trial.ReservedOffer("head")).ExpectLaunched("head").SendReady("head").ExpectKilled().ExpectState(ClusterState.Ready);
    }

    [Fact]
    public void One_that_is_elsewhere_is_told_to_the_others()
    {
        var trial = Ready().SendStatus("worker-1", TaskState.TaskGone).ExpectKilled();
        trial.SendOffer("A2", firstPort: 32000).ExpectLaunched("worker-1").ExpectKilled("worker-0");
        trial.Rows["worker-0"].KillReason.ShouldBe("worker-1 is elsewhere now, on which it depends");
    }

    private static SchedulerTrial Ready() => SchedulerTrial.Started(new TrialPackage(mates: true)).SendOffer("A1").SendReady("head").SendReady("worker-0").SendReady("worker-1").ExpectState(ClusterState.Ready);
}

using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>What a cluster is asked to do while it serves.</summary>
public sealed class SchedulerOperationsTests
{
    [Fact]
    public void Runs_once_beside_what_serves_and_is_no_part_of_it()
    {
        var trial = Asked(1).SendOffer("A2").ExpectLaunched("backup-1").ExpectState(ClusterState.Ready);
        var info = SchedulerTrial.LaunchedBy(trial.Calls).Single();
        info.MaxCompletionTime.Nanoseconds.ShouldBe(600_000_000_000);
        info.Command.Arguments.Last().ShouldBe("backups/1");
        trial.SendStatus("backup-1", TaskState.TaskRunning).Observation!.Operations.ShouldHaveSingleItem().State.ShouldBe(StepState.Starting);
        trial.SendStatus("backup-1", TaskState.TaskFinished).Observation!.Operations.ShouldHaveSingleItem().State.ShouldBe(StepState.Complete);
        trial.SendOffer("A2").ExpectLaunched().ExpectState(ClusterState.Ready).Observation!.Plans.Select(plan => plan.Name).ShouldBe(["deploy"]);
        trial.Restart().SendSubscribed().SendWant().SendArtifacts().SendOffer("A2").ExpectLaunched();
        trial.Memory.Pods.ShouldNotContain(record => record.Name == "backup-1" && record.Place != null);
    }

    /// <summary>Found by the simulation: the first launch, which began nothing, looked like the latest.</summary>
    [Fact]
    public void What_was_begun_after_the_clock_was_set_back_is_not_begun_again_by_the_next_scheduler()
    {
        var trial = Asked(1).SendOffer("A2").ExpectLaunched("backup-1").SendStatus("backup-1", TaskState.TaskGone).Later(TimeSpan.FromHours(-8));
        trial.SendOffer("A3").ExpectLaunched("backup-1").SendStatus("backup-1", TaskState.TaskRunning).SendStatus("backup-1", TaskState.TaskFinished);
        trial.Restart().SendSubscribed().SendWant().SendArtifacts().SendOffer("A4").ExpectLaunched();
        trial.Observation!.Operations.ShouldHaveSingleItem().State.ShouldBe(StepState.Complete);
    }

    [Fact]
    public void One_that_fails_says_why_is_not_repeated_and_leaves_the_cluster_as_it_is()
    {
        var trial = Asked(1).SendOffer("A2").SendStatus("backup-1", TaskState.TaskRunning).SendStatus("backup-1", TaskState.TaskFailed, "exit 1", "no space left");
        var seen = trial.Observation!.Operations.ShouldHaveSingleItem();
        (seen.State, seen.Said).ShouldBe((StepState.Failed, "exit 1: no space left"));
        trial.ExpectState(ClusterState.Ready).Later(TimeSpan.FromMinutes(5)).SendOffer("A2").ExpectLaunched();
    }

    [Fact]
    public void One_comes_after_the_other()
    {
        var trial = Asked(2).SendOffer("A2").ExpectLaunched("backup-1");
        trial.Observation!.Operations[1].Said.ShouldBe("backup-1 to end");
        trial.SendStatus("backup-1", TaskState.TaskRunning).SendStatus("backup-1", TaskState.TaskFinished).SendOffer("A2").ExpectLaunched("backup-2");
    }

    [Fact]
    public void One_for_which_there_is_no_room_waits_and_holds_up_nothing_else()
    {
        var trial = Asked(1).SendOffer("A2", cpus: 0.1).ExpectLaunched();
        trial.Observation!.Operations[0].Said.ShouldNotBeNull().ShouldContain("A2:5051 comes nearest: it lacks 0.4 cpus");
        trial.SendStatus("worker-1", TaskState.TaskGone).Later(TimeSpan.FromSeconds(4)).SendOffer("A3", cpus: 1).ExpectLaunched("worker-1");
    }

    [Fact]
    public void What_it_works_on_was_replaced_so_it_is_ended_and_says_so()
    {
        var trial = Asked(1).SendOffer("A2").SendStatus("backup-1", TaskState.TaskRunning).SendStatus("head", TaskState.TaskGone);
        trial.SendOffer("A3").ExpectLaunched("head").SendReady("head").SendStatus("backup-1", TaskState.TaskKilled);
        trial.Observation!.Operations[0].Said.ShouldNotBeNull().ShouldContain("head was replaced");
    }

    [Fact]
    public void Who_is_asked_to_do_something_is_busy_until_it_is_over()
    {
        var trial = Asked(1);
        trial.Observation!.Activity.ShouldNotBeNull().State.ShouldBe(ActivityState.Busy);
        trial.SendOffer("A2").SendStatus("backup-1", TaskState.TaskRunning).Observation!.Activity!.Of.ShouldBe("backup-1");
        trial.SendStatus("backup-1", TaskState.TaskFinished).Observation!.Activity!.State.ShouldNotBe(ActivityState.Busy);
    }

    [Fact]
    public void While_the_cluster_is_parked_nothing_is_begun() => Asked(1, wanted => wanted with { Goal = ClusterGoal.Park }).SendOffer("A2").ExpectLaunched()
        .Observation!.Operations[0].Said.ShouldBe("the cluster to be brought up again: it is parked");

    [Fact]
    public void What_is_not_asked_for_any_more_is_forgotten()
    {
        var trial = Asked(1).SendOffer("A2").SendStatus("backup-1", TaskState.TaskRunning).SendStatus("backup-1", TaskState.TaskFinished);
        trial.SendWant(wanted => wanted with { Operations = [] }).Memory.Tasks.ShouldNotContain(row => row.Name == "backup-1");
        trial.Observation!.Operations.ShouldBeEmpty();
    }

    private static SchedulerTrial Asked(int count, Func<WantedCluster, WantedCluster>? change = null)
    {
        var trial = SchedulerTrial.Started().SendOffer("A1").SendReady("head").SendReady("worker-0").SendReady("worker-1").ExpectState(ClusterState.Ready);
        return trial.SendWant(wanted => (change ?? (same => same))(wanted with { Operations = [.. Enumerable.Range(1, count).Select(number => new WantedOperation(number, "backup", $"backups/{number}", trial.Now))] }));
    }
}

using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>Pods whose count follows the work: from 2 to 4, one more when jobs have waited for 4 s, one less when none has run for 10 s.</summary>
public sealed class GrowthTests
{
    private const int Every = 2;

    [Fact]
    public void One_is_added_when_work_has_waited_for_long_enough_and_the_next_when_that_one_serves()
    {
        var trial = Says(Ready(), waiting: 9, running: 4, seconds: 4).SendOffer("A7").ExpectLaunched();
        Says(trial, waiting: 9, running: 4, seconds: 2).SendOffer("A7").ExpectLaunched("worker-2");
        Says(trial, waiting: 8, running: 4, seconds: 10).SendOffer("A7").ExpectLaunched();
        trial.SendReady("worker-2");
        Says(trial, waiting: 7, running: 6, seconds: 4).SendOffer("A7").ExpectLaunched();
        Says(trial, waiting: 7, running: 6, seconds: 2).SendOffer("A7").ExpectLaunched("worker-3").SendReady("worker-3");
        Says(trial, waiting: 5, running: 8, seconds: 30).SendOffer("A7").ExpectLaunched().ExpectState(ClusterState.Ready).Observation!.Plans.Select(plan => plan.Name).ShouldBe(["deploy"]);
        trial.Memory.Events.Select(happened => happened.Text).ShouldContain("3 of worker are wanted: Jobs that wait has been at least 1 for 4 s");
    }

    [Fact]
    public void They_go_one_after_another_the_last_first_when_nothing_has_run_for_long_enough_and_those_that_always_are_stay()
    {
        var trial = Says(Four(), waiting: 0, running: 0, seconds: 10).ExpectKilled();
        Says(trial, waiting: 0, running: 0, seconds: 2).ExpectKilled("worker-3");
        Says(trial, waiting: 0, running: 0, seconds: 30).ExpectKilled();
        trial.SendStatus("worker-3", TaskState.TaskKilled);
        Says(trial, waiting: 0, running: 0, seconds: 30).ExpectKilled().ExpectState(ClusterState.Ready);
        trial.SendStatus("worker-2", TaskState.TaskKilled).Rows["worker-2"].KillReason.ShouldBe("it is wanted no longer");
        Says(trial, waiting: 0, running: 0, seconds: 30).ExpectKilled().ExpectState(ClusterState.Ready).Observation!.Plans.Select(plan => plan.Name).ShouldBe(["deploy"]);
        trial.Rows.Values.Where(row => row.Living).Select(row => row.Name).Order(StringComparer.Ordinal).ShouldBe(["head", "worker-0", "worker-1"]);
        trial.Memory.Facts!.Grown.ShouldBeNull();
    }

    [Fact]
    public void None_goes_while_something_runs_and_work_that_came_between_begins_the_wait_anew()
    {
        var trial = Says(Four(), waiting: 0, running: 1, seconds: 60).ExpectKilled();
        Says(trial, waiting: 0, running: 0, seconds: 8).ExpectKilled();
        Says(trial, waiting: 0, running: 1, seconds: 2).ExpectKilled();
        Says(trial, waiting: 0, running: 0, seconds: 8).ExpectKilled();
    }

    [Fact]
    public void For_want_of_an_answer_nothing_is_decided()
    {
        var trial = Says(Four(), waiting: 0, running: 0, seconds: 8).Later(TimeSpan.FromSeconds(60)).ExpectKilled();
        Says(trial, waiting: 0, running: 0, seconds: 8).ExpectKilled();
        trial.Later(TimeSpan.FromSeconds(2)).SendFactsOnce("head", ("waiting", "0")).ExpectKilled();
    }

    [Fact]
    public void One_that_finds_no_place_costs_nothing_but_itself()
    {
        var trial = Says(Ready(), waiting: 9, running: 4, seconds: 6).SendOffer("A7", cpus: 0.1).ExpectLaunched().ExpectState(ClusterState.Ready);
        trial.Observation!.Pending.Select(pod => pod.Pod).ShouldBe(["worker-2"]);
        Says(trial, waiting: 0, running: 0, seconds: 14).SendOffer("A7").ExpectLaunched().Observation!.Pending.ShouldBeEmpty();
    }

    [Fact]
    public void One_that_always_is_there_and_breaks_is_missed()
    {
        var trial = Four().SendStatus("worker-1", TaskState.TaskFailed).ExpectState(ClusterState.Degraded);
        trial.Observation!.Plans[^1].Name.ShouldBe("recover");
        Four().SendStatus("worker-3", TaskState.TaskFailed).ExpectState(ClusterState.Ready).Observation!.Plans[^1].Name.ShouldBe("follow the work");
    }

    [Fact]
    public void Another_process_knows_how_many_there_are()
    {
        var trial = Four().Restart().SendSubscribed().SendWant().SendArtifacts().SendOffer("A7").ExpectLaunched().ExpectKilled().ExpectState(ClusterState.Ready);
        Says(trial, waiting: 0, running: 0, seconds: 12).ExpectKilled("worker-3");
    }

    [Fact]
    public void People_may_change_it_meanwhile()
    {
        var trial = Four().SendTarget(new JsonObject { ["workers"] = 3, ["memory"] = 1024, ["motto"] = "" }).ExpectKilled().ExpectState(ClusterState.Ready);
        Says(trial, waiting: 0, running: 0, seconds: 12).ExpectKilled("worker-3").SendStatus("worker-3", TaskState.TaskKilled);
        Says(trial, waiting: 0, running: 0, seconds: 60).ExpectKilled().ExpectState(ClusterState.Ready);
    }

    [Fact]
    public void One_that_finds_no_place_holds_up_no_update()
    {
        var trial = Says(Ready(), waiting: 9, running: 4, seconds: 6).ExpectLaunched();
        trial.SendTarget(new JsonObject { ["workers"] = 2, ["memory"] = 1024, ["motto"] = "other" });
        foreach (var worker in (string[])["worker-0", "worker-1"])
        {
            trial.ExpectKilled(worker).SendStatus(worker, TaskState.TaskKilled);
            trial.SendOffers(trial.ReservedOffer(worker)).ExpectLaunched(worker).SendReady(worker);
        }

        trial.Memory.Facts!.SettledTarget.ShouldBe(2);
        trial.ExpectState(ClusterState.Ready).SendOffer("A7").ExpectLaunched("worker-2");
    }

    [Fact]
    public void What_was_parked_comes_back_with_as_many_as_there_always_are()
    {
        var trial = Four().SendWant(wanted => wanted with { Goal = ClusterGoal.Park }).ExpectKilled("head", "worker-0", "worker-1", "worker-2", "worker-3");
        foreach (var task in (string[])["head", "worker-0", "worker-1", "worker-2", "worker-3"])
            trial.SendStatus(task, TaskState.TaskKilled);
        trial.ExpectState(ClusterState.Parked).SendWant(wanted => wanted with { Goal = ClusterGoal.Run }).SendOffer("A8", cpus: 16, memory: 32768).ExpectLaunched("head", "worker-0", "worker-1");
    }

    [Fact]
    public void While_plans_are_held_the_count_stays()
    {
        var trial = Ready().SendWant(wanted => wanted with { IsPaused = true });
        Says(trial, waiting: 9, running: 4, seconds: 20).SendOffer("A7").ExpectLaunched();
        trial.SendWant(wanted => wanted with { IsPaused = false });
        Says(trial, waiting: 9, running: 4, seconds: 6).SendOffer("A7").ExpectLaunched("worker-2");
    }

    [Fact]
    public void All_of_them_end_with_the_cluster() =>
        Four().SendRemove().ExpectKilled("head", "worker-0", "worker-1", "worker-2", "worker-3");

    /// <summary>What the head says every 2 s, for so long.</summary>
    private static SchedulerTrial Says(SchedulerTrial trial, int waiting, int running, int seconds)
    {
        for (var time = 0; time < seconds; time += Every)
            trial.Later(TimeSpan.FromSeconds(Every)).SendFactsOnce("head", ("waiting", $"{waiting}"), ("running", $"{running}"));
        return trial;
    }

    private static SchedulerTrial Four()
    {
        var trial = Ready();
        foreach (var worker in (string[])["worker-2", "worker-3"])
            Says(trial, waiting: 9, running: 4, seconds: 6).SendOffer("A7").ExpectLaunched(worker).SendReady(worker);
        return Says(trial, waiting: 0, running: 1, seconds: 2).ExpectState(ClusterState.Ready);
    }

    private static SchedulerTrial Ready()
    {
        var trial = new SchedulerTrial(new TrialPackage(named: true, grows: 4)).SendSubscribed().SendWant(wanted => wanted with { Options = new JsonObject { ["workers"] = 2, ["memory"] = 1024, ["motto"] = "" } }).SendArtifacts();
        trial.SendOffer("A1", cpus: 16, memory: 32768).SendReady("head").SendReady("worker-0").SendReady("worker-1");
        // The first answer begins the wait.
        return trial.Later(TimeSpan.FromSeconds(1)).SendFactsOnce("head", ("waiting", "0"), ("running", "1")).ExpectState(ClusterState.Ready);
    }
}

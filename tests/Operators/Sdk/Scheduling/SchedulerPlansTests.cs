using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.Specification;
using Shouldly;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>Places, and plans other than the first.</summary>
public sealed class SchedulerPlansTests
{
    [Fact]
    public void Reserves_for_each_pod_and_launches_with_one_answer() =>
        SchedulerTrial.Started().SendOffer("A1").Operations.ShouldBe([OperationType.Reserve, OperationType.Launch]);

    [Fact]
    public void A_pod_that_served_and_failed_comes_back_to_its_place_and_its_ports()
    {
        var trial = Ready();
        var before = trial.Rows["worker-1"];
        trial.SendStatus("worker-1", TaskState.TaskFailed, "exit 1").Later(TimeSpan.FromSeconds(2)).SendOffer("A2").ExpectLaunched();
        trial.SendOffers(trial.ReservedOffer("worker-1")).ExpectLaunched("worker-1").Operations.ShouldBe([OperationType.Launch]);
        trial.Rows["worker-1"].Ports.ShouldBe(before.Ports);
        trial.Rows["worker-1"].TaskId.ShouldNotBe(before.TaskId);
    }

    [Fact]
    public void A_place_that_its_host_does_not_offer_for_long_is_given_up()
    {
        var trial = Ready().SendStatus("worker-1", TaskState.TaskFailed).Later(TimeSpan.FromSeconds(2)).Later(TimeSpan.FromSeconds(1)).SendOffer("A2").ExpectLaunched();
        trial.Later(TimeSpan.FromSeconds(30)).SendOffer("A2").ExpectLaunched("worker-1");
    }

    [Fact]
    public void What_a_task_held_that_was_given_up_with_its_host_is_given_back_when_it_has_ended()
    {
        var trial = Ready();
        var (old, place) = (trial.Rows["worker-1"].TaskId, trial.Memory.Pods.Single(record => record.Name == "worker-1").Place);
        trial.SendStatus("worker-1", TaskState.TaskUnreachable).Later(TimeSpan.FromMinutes(2)).SendOffer("A2").ExpectLaunched("worker-1").SendReady("worker-1");
        trial.SendStatusOf(old, TaskState.TaskRunning).ExpectCall(SchedulerCall.Types.Type.Kill).SendOffer("A1").ExpectLaunched();
        trial.SendStatusOf(old, TaskState.TaskKilled).ExpectCall(SchedulerCall.Types.Type.Revive);
        trial.SendOffers(trial.ReservedOffer("worker-1", place)).Operations.ShouldBe([OperationType.Unreserve]);
        trial.Later(TimeSpan.FromSeconds(1)).ExpectNoCall(SchedulerCall.Types.Type.Revive);
    }

    [Fact]
    public void What_is_reserved_twice_or_for_an_earlier_cluster_is_given_back()
    {
        var trial = Ready();
        trial.SendOffers(trial.ReservedOffer("worker-1")).Operations.ShouldBe([OperationType.Unreserve]);
        var stranger = trial.ReservedOffer("worker-1");
        foreach (var resource in stranger.Resources)
            resource.Reservations[0].Labels.Labels_[0].Value = "an earlier cluster of the same name";
        trial.SendOffers(stranger).Operations.ShouldBe([OperationType.Unreserve]);
    }

    [Fact]
    public void Places_and_launches_survive_a_crash_between_them()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(TrialPackage.Serially)).SendOffer("A1").ExpectLaunched("head").SendReady("head");
        var place = trial.Memory.Pods.Single(record => record.Name == "worker-0").Place.ShouldNotBeNull();
        trial.Observation!.Pending.ShouldContain(pod => pod.Pod == "worker-0" && !pod.LacksPlace);
        trial.Restart().SendSubscribed().SendWant().SendArtifacts().SendOffers(trial.ReservedOffer("worker-0")).ExpectLaunched("worker-0");
        trial.Rows["worker-0"].Ports.Values.ShouldBe(place.AllPorts);
    }

    [Fact]
    public void Nothing_is_gathered_before_the_clusters_turn_has_come()
    {
        var trial = new SchedulerTrial(firstTurn: "older clusters").SendSubscribed().SendWant().SendArtifacts();
        trial.Effects.OfType<SchedulerEffect.Gathering>().ShouldHaveSingleItem().Wanted.ShouldBeTrue();
        trial.ExpectNoCall(SchedulerCall.Types.Type.Revive).SendOffer("A1").ExpectLaunched().StepOf("head").WaitingFor.ShouldBe("its turn: older clusters is to be placed first");
        trial.Observation!.WaitsForTurnOf.ShouldBe("older clusters");
        trial.Observation!.Pending.First(pod => pod.Pod == "head").WaitsFor.ShouldBe("its turn: older clusters is to be placed first");
        trial.Send(new SchedulerCommand.Turn(null)).ExpectCall(SchedulerCall.Types.Type.Revive).SendOffer("A1").ExpectLaunched("head", "worker-0", "worker-1");
        trial.Effects.OfType<SchedulerEffect.Gathering>().ShouldHaveSingleItem().Wanted.ShouldBeFalse();
    }

    [Fact]
    public void A_change_restarts_only_what_it_concerns_one_after_another()
    {
        var trial = Ready(new TrialPackage(named: true)).Later(TimeSpan.FromMinutes(1)).SendTarget(new JsonObject { ["motto"] = "new" });
        trial.Observation!.Plans.Select(plan => plan.Name).ShouldBe(["deploy", "update to 2"]);
        trial.ExpectKilled("worker-0").ExpectState(ClusterState.Ready).StepOf("end worker-1").WaitingFor.ShouldBe("waits for worker-0 to be ready");
        trial.SendStatus("worker-0", TaskState.TaskKilled).ExpectState(ClusterState.Degraded).SendOffers(trial.ReservedOffer("worker-0")).ExpectLaunched("worker-0");
        trial.ExpectKilled().SendReady("worker-0").ExpectKilled("worker-1");
        trial.SendStatus("worker-1", TaskState.TaskKilled).SendOffers(trial.ReservedOffer("worker-1")).ExpectLaunched("worker-1").SendReady("worker-1");
        trial.ExpectState(ClusterState.Ready).Observation!.Plans.Select(plan => plan.Name).ShouldBe(["deploy"]);
        trial.Rows.Values.ShouldAllBe(row => row.Target == 2);
        trial.Memory.Events.ShouldContain(happened => happened.Text == "updated to target 2");
    }

    [Fact]
    public void A_change_that_concerns_nothing_restarts_nothing()
    {
        var trial = Ready().Later(TimeSpan.FromMinutes(1)).SendTarget(new JsonObject { ["note"] = "for people" }).ExpectKilled().ExpectState(ClusterState.Ready);
        trial.Rows.Values.ShouldAllBe(row => row.Target == 2);
    }

    [Fact]
    public void A_change_is_finished_after_a_crash_in_its_middle()
    {
        var trial = Ready(new TrialPackage(named: true)).Later(TimeSpan.FromMinutes(1)).SendTarget(new JsonObject { ["motto"] = "new" });
        trial.SendStatus("worker-0", TaskState.TaskKilled).Restart().SendSubscribed().SendWant().SendArtifacts();
        trial.SendOffers(trial.ReservedOffer("worker-0")).ExpectLaunched("worker-0").SendReady("worker-0").ExpectKilled("worker-1");
    }

    [Fact]
    public void More_workers_are_launched_and_those_that_run_stay()
    {
        var trial = Ready(new TrialPackage(named: true)).Later(TimeSpan.FromMinutes(1)).SendTarget(new JsonObject { ["workers"] = 4 }).ExpectKilled();
        trial.SendOffer("A2").ExpectLaunched("worker-2", "worker-3").SendReady("worker-2").SendReady("worker-3").ExpectState(ClusterState.Ready);
        trial.Memory.Facts!.SettledTarget.ShouldBe(2);
    }

    [Fact]
    public void Fewer_workers_give_their_places_back()
    {
        var trial = Ready(new TrialPackage(named: true)).Later(TimeSpan.FromMinutes(1));
        var place = trial.Memory.Pods.Single(record => record.Name == "worker-1").Place;
        trial.SendTarget(new JsonObject { ["workers"] = 1 }).ExpectKilled("worker-1");
        trial.SendStatus("worker-1", TaskState.TaskKilled).SendOffers(trial.ReservedOffer("worker-1", place)).Operations.ShouldBe([OperationType.Unreserve]);
        trial.ExpectState(ClusterState.Ready).SendOffer("A1").Memory.Pods.Select(record => record.Name).ShouldBe(["head", "worker-0"]);
    }

    [Fact]
    public void A_pod_of_another_size_gets_another_place()
    {
        var trial = Ready(new TrialPackage(named: true)).Later(TimeSpan.FromMinutes(1)).SendTarget(new JsonObject { ["memory"] = 2048 }).ExpectKilled("worker-0");
        var place = trial.Memory.Pods.Single(record => record.Name == "worker-0").Place;
        trial.SendStatus("worker-0", TaskState.TaskKilled);
        var offer = trial.ReservedOffer("worker-0", place);
        offer.Resources.Add(trial.Offer("A1").Resources);
        trial.SendOffers(offer).ExpectLaunched("worker-0").Operations.ShouldBe([OperationType.Unreserve, OperationType.Reserve, OperationType.Launch]);
        trial.Rows["worker-0"].Resources.MemoryMebibytes.ShouldBe(2048);
    }

    [Fact]
    public void A_restart_that_is_asked_for_goes_through_all_pods()
    {
        var trial = Ready().SendWant(wanted => wanted with { Restarts = 1 }).ExpectKilled("head");
        trial.Observation!.Plans[1].Name.ShouldBe("restart");
        foreach (var pod in new[] { "head", "worker-0", "worker-1" })
        {
            if (trial.Rows[pod].Living)
                trial.SendStatus(pod, TaskState.TaskKilled);
            trial.SendOffers(trial.ReservedOffer(pod)).ExpectLaunched(pod).SendReady(pod);
        }
        trial.ExpectState(ClusterState.Ready).ExpectKilled();
    }

    [Fact]
    public void Other_secrets_end_all_pods_at_once_and_bring_them_up_with_new_ones()
    {
        var trial = Ready(new TrialPackage(named: true, secret: true)).ExpectState(ClusterState.Ready);
        var before = trial.LaunchedSecrets.Values.Distinct().ShouldHaveSingleItem();

        trial.SendWant(wanted => wanted with { Rotations = 1 }).ExpectKilled("head", "worker-0", "worker-1");
        trial.Observation!.Plans[1].Name.ShouldBe("other secrets");
        foreach (var pod in (string[])["head", "worker-0", "worker-1"])
            trial.SendStatus(pod, TaskState.TaskKilled);
        var offer = trial.ReservedOffer("head");
        offer.Resources.Add(trial.ReservedOffer("worker-0").Resources);
        offer.Resources.Add(trial.ReservedOffer("worker-1").Resources);
        trial.ExpectState(ClusterState.Degraded).SendOffers(offer).ExpectLaunched("head", "worker-0", "worker-1").SendReady("head").SendReady("worker-0").SendReady("worker-1");

        trial.ExpectState(ClusterState.Ready).ExpectKilled();
        trial.LaunchedSecrets.Values.Distinct().ShouldHaveSingleItem().ShouldNotBe(before);
        trial.Memory.Events.ShouldContain(happened => happened.Text == "has other secrets");
        // They are the same after a restart, and nobody has others.
        trial.Restart().SendSubscribed().SendWant().SendArtifacts().ExpectKilled().ExpectState(ClusterState.Ready);
    }

    [Fact]
    public void What_runs_is_measured_again_as_soon_as_the_cluster_is_wanted_after_a_restart_and_not_any_more_when_it_is_to_go()
    {
        var trial = Ready(new TrialPackage());
        trial.Observation!.Measured!.Select(pod => pod.Pod).ShouldBe(["head", "worker-0", "worker-1"]);

        trial.Restart().SendSubscribed();
        trial.Observation!.Measured.ShouldBeNull();
        trial.SendWant();
        trial.Observation!.Measured!.Select(pod => pod.Pod).ShouldBe(["head", "worker-0", "worker-1"]);
        trial.SendWant(wanted => wanted with { Goal = ClusterGoal.Park });
        foreach (var pod in (string[])["head", "worker-0", "worker-1"])
            trial.SendStatus(pod, TaskState.TaskKilled);
        trial.Observation!.Measured!.ShouldBeEmpty();
        trial.Send(new SchedulerCommand.Remove());
        (trial.Observation?.Measured ?? []).ShouldBeEmpty();
    }

    [Fact]
    public void A_paused_plan_begins_nothing_more_and_goes_on_when_it_is_continued()
    {
        var trial = Ready(new TrialPackage(named: true)).Later(TimeSpan.FromMinutes(1)).SendWant(wanted => wanted with { IsPaused = true }).SendTarget(new JsonObject { ["motto"] = "new" });
        trial.ExpectKilled().StepOf("end worker-0").WaitingFor.ShouldBe("the plan to be continued: it is paused");
        trial.SendWant(wanted => wanted with { IsPaused = false }).ExpectKilled("worker-0");
    }

    [Fact]
    public void A_step_can_be_forced_or_left_out()
    {
        var trial = Ready(new TrialPackage(named: true)).Later(TimeSpan.FromMinutes(1)).SendTarget(new JsonObject { ["motto"] = "new" }).ExpectKilled("worker-0");
        trial.SendWant(wanted => wanted with { Forced = ["worker-1"] }).ExpectKilled("worker-1");
        trial.SendStatus("worker-0", TaskState.TaskKilled).SendStatus("worker-1", TaskState.TaskKilled).SendWant(wanted => wanted with { Skipped = ["worker-0"] });
        trial.SendOffers(trial.ReservedOffer("worker-1")).ExpectLaunched("worker-1").SendReady("worker-1").ExpectState(ClusterState.Ready);
    }

    [Fact]
    public void A_parked_cluster_holds_nothing_and_comes_back()
    {
        var trial = Ready().SendWant(wanted => wanted with { Goal = ClusterGoal.Park }).ExpectKilled("head", "worker-0", "worker-1").ExpectState(ClusterState.Parking);
        foreach (var task in new[] { "head", "worker-0", "worker-1" })
            trial.SendStatus(task, TaskState.TaskKilled);
        trial.ExpectState(ClusterState.Parked).SendOffer("A1").ExpectLaunched().Observation!.Reserved.MilliCpus.ShouldBe(0);
        trial.SendWant(wanted => wanted with { Goal = ClusterGoal.Run }).Observation!.Plans[0].Name.ShouldBe("resume");
        trial.SendOffer("A2").ExpectLaunched("head", "worker-0", "worker-1").SendReady("head").SendReady("worker-0").SendReady("worker-1").ExpectState(ClusterState.Ready);
    }

    [Fact]
    public void What_connects_to_another_cluster_is_started_again_when_that_has_moved()
    {
        var trial = new SchedulerTrial(new TrialPackage(other: "lake")).SendSubscribed().SendWant().SendArtifacts();
        trial.StepOf("worker-0").WaitingFor!.ShouldContain("no place");
        trial.SendOffer("A1").ExpectLaunched();
        trial.Send(new SchedulerCommand.Connected("lake", At("host-1"))).SendOffer("A1").ExpectLaunched("head", "worker-0", "worker-1");
        trial.SendReady("head").SendReady("worker-0").SendReady("worker-1").Send(new SchedulerCommand.Connected("lake", At("host-1") with { Ready = false })).ExpectKilled();
        trial.Send(new SchedulerCommand.Connected("lake", At("host-1"))).ExpectKilled();
        trial.Send(new SchedulerCommand.Connected("lake", At("host-2"))).ExpectKilled("head", "worker-0", "worker-1");

        static ClusterConnection At(string host) => new("lake", "hdfs", true, new Dictionary<string, string> { ["LAKE"] = host });
    }

    [Fact]
    public void No_task_starts_before_the_clusters_that_its_cluster_needs_are_ready_and_each_finds_them()
    {
        var trial = new SchedulerTrial().SendSubscribed().SendWant(wanted => wanted with { Needs = ["numbers", "sums"] }).SendArtifacts().Send(new SchedulerCommand.Connected("numbers", Numbers("host-1")));
        trial.StepOf("head").WaitingFor!.ShouldContain("there is no cluster sums, which it needs");
        trial.Send(new SchedulerCommand.Connected("sums", Sums() with { Ready = false })).StepOf("head").WaitingFor!.ShouldContain("the cluster sums, which it needs, is not ready");
        trial.SendOffer("A1").ExpectLaunched();
        trial.Send(new SchedulerCommand.Connected("sums", Sums())).SendOffer("A1").ExpectLaunched("head", "worker-0", "worker-1");

        var told = trial.Calls.Single(call => call.Type == SchedulerCall.Types.Type.Accept).ToString();
        told.ShouldContain("PGPASSWORD");
        told.ShouldContain("with-needed.sh");
    }

    [Fact]
    public void Files_of_two_needed_clusters_that_would_stand_in_the_same_place_stand_apart_and_each_is_found()
    {
        var other = Numbers("host-1") with
        {
            Keys = new ClusterKeys(new Dictionary<string, string> { ["PGPASSWORD"] = "word" }, [new GeneratedFile("tls/own.pem", "another key")], new Dictionary<string, string> { ["PGSSLKEY"] = "tls/own.pem" }),
        };
        var trial = new SchedulerTrial().SendSubscribed().SendWant(wanted => wanted with { Needs = ["numbers", "sums"] }).SendArtifacts();
        trial.Send(new SchedulerCommand.Connected("numbers", other)).Send(new SchedulerCommand.Connected("sums", Sums())).SendOffer("A1").ExpectLaunched("head", "worker-0", "worker-1");
        var accept = trial.Calls.Single(call => call.Type == SchedulerCall.Types.Type.Accept).Accept;
        var files = accept.Operations.Where(operation => operation.Type == OperationType.Launch).SelectMany(operation => operation.Launch.TaskInfos).First().Container.Volumes
            .ToDictionary(volume => volume.ContainerPath, volume => volume.Source.Secret.Value.Data.ToStringUtf8());
        (files["tls/own.pem"], files["needed/sums/tls/own.pem"]).ShouldBe(("another key", "key"));
        files["with-needed.sh"].ShouldContain("PGSSLKEY=\"$MESOS_SANDBOX/tls/own.pem\"");
        files["with-needed.sh"].ShouldContain("TLS_OWN=\"$MESOS_SANDBOX/needed/sums/tls/own.pem\"");
    }

    [Fact]
    public void What_a_cluster_needs_beside_what_it_needed_restarts_its_tasks()
    {
        var trial = new SchedulerTrial().SendSubscribed().SendWant().SendArtifacts().SendOffer("A1").SendReady("head").SendReady("worker-0").SendReady("worker-1").ExpectState(ClusterState.Ready);
        trial.Send(new SchedulerCommand.Connected("numbers", Numbers("host-1"))).SendWant(before => before with
        {
            Target = 2, Needs = ["numbers"], Earlier = new Dictionary<int, JsonObject> { [1] = [] },
        });
        trial.SendArtifacts().ExpectKilled("head");
        trial.Observation!.Events.ShouldContain(happened => happened.Text.Contains("the cluster needs numbers now", StringComparison.Ordinal));
    }

    private static ClusterConnection Sums() => new("sums", "dask", true, new Dictionary<string, string> { ["SCHEDULER"] = "tls://host-2" })
    {
        Keys = ClusterKeys.None with { Files = [new GeneratedFile("tls/own.pem", "key")], Paths = new Dictionary<string, string> { ["TLS_OWN"] = "tls/own.pem" } },
    };

    private static ClusterConnection Numbers(string host) => new("numbers", "postgresql", true, new Dictionary<string, string> { ["PGHOST"] = host, ["PGPASSWORD"] = "secret" });

    [Fact]
    public void Events_are_only_added_to()
    {
        var trial = Ready();
        var before = trial.Observation!.Events;
        trial.SendStatus("worker-1", TaskState.TaskFailed, "exit 1").Later(TimeSpan.FromSeconds(2)).SendOffer("A1").Restart().SendSubscribed().SendWant().SendArtifacts();
        var after = trial.Observation!.Events;
        after.Take(before.Count).ShouldBe(before);
        after.Skip(before.Count).ShouldContain(happened => happened.Subject == "worker-1" && happened.Text.Contains("exit 1", StringComparison.Ordinal));
        trial.StepOf("head").StartedAt.ShouldBe(trial.Rows["head"].LaunchedAt);
    }

    private static SchedulerTrial Ready(TrialPackage? package = null) =>
        SchedulerTrial.Started(package).SendOffer("A1").SendReady("head").SendReady("worker-0").SendReady("worker-1").ExpectState(ClusterState.Ready);
}

using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;
using Shouldly;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

public sealed class SchedulerCoreTests
{
    [Fact]
    public void Launches_all_pods_of_a_parallel_plan_from_one_offer() =>
        SchedulerTrial.Started().SendOffer("A1").ExpectLaunched("head", "worker-0", "worker-1");

    [Fact]
    public void Tells_workers_where_the_head_will_listen_before_it_runs()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1");
        var worker = trial.Calls.Single(call => call.Type == SchedulerCall.Types.Type.Accept).Accept.Operations.Single(operation => operation.Launch is not null).Launch.TaskInfos.First(task => task.Name == "mine/worker-0");
        worker.Command.Arguments[1].ShouldBe($"10.0.0.1:{trial.Rows["head"].Ports["rpc"]}");
    }

    [Fact]
    public void Stores_the_intent_of_every_task_before_it_accepts()
    {
        var effects = SchedulerTrial.Started().SendOffer("A1").Effects.ToList();
        var accept = effects.FindIndex(effect => effect is SchedulerEffect.Call { Of.Type: SchedulerCall.Types.Type.Accept });
        effects.Take(accept).OfType<SchedulerEffect.Store>().Count(effect => effect.Change is DocumentChange.Put { Document.Kind: "task" }).ShouldBe(3);
    }

    [Fact]
    public void Spreads_pods_over_the_hosts_that_offer()
    {
        var trial = SchedulerTrial.Started();
        trial.SendOffers(trial.Offer("A1", cpus: 2), trial.Offer("A2", cpus: 2), trial.Offer("A3", cpus: 2)).ExpectLaunched("head", "worker-0", "worker-1");
        trial.Rows.Values.Select(row => row.AgentId).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public void Gives_no_port_twice()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(workers: 3)).SendOffer("A1", ports: 4);
        trial.Rows.Values.SelectMany(row => row.Ports.Values).Order().ShouldBe([31000, 31001, 31002, 31003]);
    }

    [Fact]
    public void Keeps_the_reason_of_each_host_that_refused_the_first_pod_that_finds_no_place()
    {
        var trial = SchedulerTrial.Started();
        trial.SendOffers(trial.Offer("A1", cpus: 0.5, memory: 600), trial.Offer("A2", ports: 0)).ExpectLaunched();
        var waiting = trial.Observation!.Waiting.Where(reason => reason.Pod == "worker-0").ToList();
        waiting.Single(reason => reason.Host == "A1:5051").Stage.ShouldBe("resources");
        waiting.Single(reason => reason.Host == "A2:5051").Reason.ShouldBe("it lacks 1 ports (1 asked, 0 free)");
        trial.Observation!.Pending.Select(pod => (pod.Pod, pod.Asked.MilliCpus, pod.Ports, pod.WaitsFor)).ShouldContain(("head", 500L, 1, null));
        trial.Observation!.Pending.ShouldAllBe(pod => pod.LacksPlace);
    }

    [Fact]
    public void Says_of_hosts_that_take_a_pod_not_the_one_that_comes_nearest_and_what_it_lacks()
    {
        var trial = SchedulerTrial.Started();
        trial.StepOf("head").WaitingFor.ShouldBe("a host: none has offered anything yet");
        trial.SendOffers(trial.Offer("A1", cpus: 0.25), trial.Offer("A2", cpus: 0.25, memory: 384), trial.Offer("A3", cpus: 0.1)).ExpectLaunched();
        trial.StepOf("head").WaitingFor.ShouldBe("a host for it: A1:5051 comes nearest of 3 that offered: it lacks 0.25 cpus (0.5 asked, 0.25 free)");
        trial.Observation!.Waiting.Single(reason => reason.Host == "A2:5051").Reason.ShouldBe("it lacks 0.25 cpus (0.5 asked, 0.25 free) and 128 MiB of memory (512 asked, 384 free)");
    }

    [Fact]
    public void Says_of_a_pod_that_fits_for_which_other_there_is_no_place()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1", cpus: 1).ExpectLaunched();
        trial.StepOf("head").WaitingFor.ShouldBe("a host for worker-0, as all get their places together: A1:5051 comes nearest: it lacks 0.5 cpus (1 asked, 0.5 free)");
    }

    [Fact]
    public void Holds_what_is_too_little_for_all_and_lets_it_go_soon()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1", cpus: 1).ExpectLaunched().ExpectNoCall(SchedulerCall.Types.Type.Decline);
        trial.Later(TimeSpan.FromSeconds(1)).ExpectNoCall(SchedulerCall.Types.Type.Decline);
        trial.Later(TimeSpan.FromSeconds(1)).Calls.Single(call => call.Type == SchedulerCall.Types.Type.Decline).Decline.Filters.RefuseSeconds.ShouldBeLessThan(10);
    }

    [Fact]
    public void Declines_for_long_what_is_offered_when_nothing_is_wanted() =>
        Ready().SendOffer("A1").Calls.Single(call => call.Type == SchedulerCall.Types.Type.Decline).Decline.Filters.RefuseSeconds.ShouldBe(3600);

    [Fact]
    public void Places_all_pods_or_none()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1", cpus: 2).ExpectLaunched();
        trial.Observation!.Reserved.MilliCpus.ShouldBe(0);
        trial.SendOffer("A2", cpus: 1).ExpectLaunched("head", "worker-0", "worker-1");
        trial.Observation!.Reserved.MilliCpus.ShouldBe(2500);
    }

    [Fact]
    public void Does_not_use_what_was_rescinded_while_it_was_held()
    {
        var trial = SchedulerTrial.Started();
        var offer = trial.Offer("A1", cpus: 2);
        trial.SendOffers(offer).SendRescind(offer).SendOffer("A2", cpus: 1).ExpectLaunched();
    }

    [Fact]
    public void Packs_pods_where_spreading_them_leaves_no_room()
    {
        var trial = SchedulerTrial.Started();
        trial.SendOffers(trial.Offer("A1", cpus: 2), trial.Offer("A2", cpus: 0.5)).ExpectLaunched("head", "worker-0", "worker-1");
    }

    [Fact]
    public void Respects_a_placement_rule_and_says_so()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(workersPerHost: 1)).SendOffer("A1").ExpectLaunched();
        trial.StepOf("worker-1").WaitingFor!.ShouldContain("has no place yet");
        trial.Observation!.Waiting.ShouldContain(reason => reason.Pod == "worker-1" && reason.Reason.Contains("at most 1 may", StringComparison.Ordinal));
        trial.SendOffer("A2").ExpectLaunched("head", "worker-0", "worker-1");
    }

    [Fact]
    public void Waits_for_the_phase_before_in_a_serial_plan()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(Strategy.Serial)).SendOffer("A1").ExpectLaunched("head");
        trial.ExpectStep("worker-0", StepState.Pending).StepOf("worker-0").WaitingFor.ShouldBe("waits for head to be ready");
        trial.SendReady("head").ExpectCall(SchedulerCall.Types.Type.Revive).SendOffers(trial.ReservedOffer("worker-0")).ExpectLaunched("worker-0");
    }

    [Fact]
    public void Is_ready_when_every_task_serves()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1").ExpectState(ClusterState.Starting).SendReady("head").SendReady("worker-0").ExpectState(ClusterState.Starting);
        trial.SendReady("worker-1").ExpectState(ClusterState.Ready).ExpectStep("head", StepState.Complete);
        trial.Observation!.ReadyAt.ShouldBe(trial.Now);
        trial.Observation.Endpoints.ShouldHaveSingleItem();
    }

    [Fact]
    public void Suppresses_offers_when_nothing_is_wanted_and_revives_when_something_is()
    {
        var trial = new SchedulerTrial().SendSubscribed().ExpectCall(SchedulerCall.Types.Type.Suppress);
        trial.SendWant().SendArtifacts().ExpectCall(SchedulerCall.Types.Type.Revive);
        trial.SendOffer("A1").ExpectCall(SchedulerCall.Types.Type.Suppress);
    }

    [Fact]
    public void Acknowledges_an_update_after_it_is_stored()
    {
        var effects = SchedulerTrial.Started().SendOffer("A1").SendStatus("head", TaskState.TaskRunning).Effects.ToList();
        var acknowledged = effects.FindIndex(effect => effect is SchedulerEffect.Call { Of.Type: SchedulerCall.Types.Type.Acknowledge });
        effects.FindIndex(effect => effect is SchedulerEffect.Store).ShouldBeLessThan(acknowledged);
    }

    [Fact]
    public void Starts_a_failed_task_again_after_a_pause()
    {
        var trial = Ready().SendStatus("worker-1", TaskState.TaskFailed, "exit 1").ExpectState(ClusterState.Degraded).ExpectNoCall(SchedulerCall.Types.Type.Revive);
        trial.StepOf("worker-1").WaitingFor!.ShouldContain("exit 1");
        trial.Observation!.Plans.Select(plan => plan.Name).ShouldBe(["deploy", "recover"]);
        trial.Observation!.Plans[0].State.ShouldBe(StepState.Complete);
        trial.Later(TimeSpan.FromSeconds(2)).ExpectCall(SchedulerCall.Types.Type.Revive).SendOffer("A1").ExpectLaunched("worker-1");
        trial.SendReady("worker-1").ExpectState(ClusterState.Ready);
        trial.Observation!.Plans.Select(plan => plan.Name).ShouldBe(["deploy"]);
    }

    [Fact]
    public void Gives_up_a_task_that_only_fails_and_says_why()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1");
        for (var failure = 0; failure < 6; failure++)
        {
            trial.SendStatus("worker-1", TaskState.TaskRunning).SendStatus("worker-1", TaskState.TaskFailed, "no such file");
            trial.Later(TimeSpan.FromMinutes(10)).SendOffer("A1");
        }
        trial.ExpectLaunched().ExpectState(ClusterState.Failed).ExpectStep("worker-1", StepState.Failed);
        trial.Observation!.Reason!.ShouldContain("6 times in a row: no such file");
        trial.SendWant(wanted => wanted with { Retries = 1 }).SendOffer("A1").ExpectLaunched("worker-1");
    }

    [Fact]
    public void Gives_up_a_pod_that_no_host_can_start()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1");
        for (var failure = 0; failure < 12; failure++)
            trial.SendStatus("worker-1", TaskState.TaskFailed, "no space left").Later(TimeSpan.FromMinutes(10)).SendOffer("A1");
        trial.ExpectLaunched().ExpectState(ClusterState.Failed).Observation!.Reason!.ShouldContain("could not be started 12 times in a row: no space left");
    }

    /// <summary>The counters are each pod's own: many that fail together are given up as surely as one.</summary>
    [Fact]
    public void Gives_up_sixty_four_workers_that_fail_together()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(workers: 64)).SendOffer("A1", cpus: 100, memory: 100000, ports: 100).SendReady("head");
        for (var failure = 0; failure < 6; failure++)
        {
            for (var worker = 0; worker < 64; worker++)
                trial.SendStatus($"worker-{worker}", TaskState.TaskRunning).SendStatus($"worker-{worker}", TaskState.TaskFailed, "exit 1");
            trial.Later(TimeSpan.FromMinutes(10)).SendOffer("A1", cpus: 100, memory: 100000, ports: 100);
        }
        trial.ExpectLaunched().ExpectState(ClusterState.Failed);
    }

    /// <summary>A host with a full disk is always the emptiest.</summary>
    [Fact]
    public void Avoids_a_host_on_which_a_task_could_not_be_started_and_tries_it_again_later()
    {
        var trial = SchedulerTrial.Started();
        trial.SendOffers(Large("A1"));
        foreach (var task in new[] { "head", "worker-0", "worker-1" })
            trial.SendStatus(task, TaskState.TaskFailed, "no space left");

        trial.Later(TimeSpan.FromSeconds(2)).SendOffers(Large("A1")).ExpectLaunched();
        trial.Observation!.Waiting.ShouldContain(reason => reason.Reason.Contains("could not be started there: no space left", StringComparison.Ordinal));
        trial.SendOffers(Large("A1"), trial.Offer("A2")).ExpectLaunched("head", "worker-0", "worker-1");
        trial.Rows.Values.ShouldAllBe(row => row.AgentId == "A2");

        trial.SendStatus("worker-1", TaskState.TaskGone).Later(TimeSpan.FromSeconds(20)).ExpectCall(SchedulerCall.Types.Type.Revive).SendOffers(Large("A1")).ExpectLaunched("worker-1");
        trial.SendStatus("worker-1", TaskState.TaskFailed, "no space left").Later(TimeSpan.FromSeconds(20)).SendOffers(Large("A1")).ExpectLaunched();
        trial.Later(TimeSpan.FromSeconds(20)).SendOffers(Large("A1")).ExpectLaunched("worker-1").SendReady("worker-1");

        Offer Large(string agent) => trial.Offer(agent, cpus: 40);
    }

    [Fact]
    public void Tries_a_host_on_which_nothing_starts_every_ten_minutes_however_long_that_lasts()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1");
        for (var failure = 0; failure < 60; failure++)
        {
            trial.SendStatus("head", TaskState.TaskFailed, "no space left").SendWant(wanted => wanted with { Retries = wanted.Retries + 1 });
            trial.Later(TimeSpan.FromMinutes(10)).SendOffer("A1").ExpectLaunched("head");
        }
    }

    [Fact]
    public void Starts_at_once_again_what_a_host_lost()
    {
        Ready().SendStatus("worker-1", TaskState.TaskGone).ExpectCall(SchedulerCall.Types.Type.Revive).SendOffer("A2").ExpectLaunched("worker-1");
    }

    [Fact]
    public void Restarts_what_depends_on_a_replaced_task()
    {
        var trial = Ready().SendStatus("head", TaskState.TaskGone).SendOffer("A2").ExpectLaunched("head").ExpectKilled("worker-0", "worker-1");
        trial.SendStatus("worker-0", TaskState.TaskKilled).SendStatus("worker-1", TaskState.TaskKilled).SendOffer("A1").ExpectLaunched("worker-0", "worker-1");
    }

    [Fact]
    public void Gives_up_a_host_that_is_out_of_reach_for_long_and_kills_what_comes_back()
    {
        var trial = Ready().SendStatus("worker-1", TaskState.TaskUnreachable).ExpectState(ClusterState.Degraded);
        var lost = trial.Rows["worker-1"].TaskId;
        trial.Later(TimeSpan.FromSeconds(30)).ExpectNoCall(SchedulerCall.Types.Type.Revive);
        trial.Later(TimeSpan.FromSeconds(31)).ExpectCall(SchedulerCall.Types.Type.Revive).SendOffer("A2").ExpectLaunched("worker-1");
        trial.SendStatusOf(lost, TaskState.TaskRunning).Calls.ShouldContain(call => call.Type == SchedulerCall.Types.Type.Kill && call.Kill.TaskId.Value == lost);
    }

    [Fact]
    public void Kills_a_task_that_it_does_not_know()
    {
        SchedulerTrial.Started().SendStatusOf("stranger", TaskState.TaskRunning).Calls.ShouldContain(call => call.Type == SchedulerCall.Types.Type.Kill && call.Kill.TaskId.Value == "stranger");
    }

    [Fact]
    public void Kills_a_task_that_it_does_not_know_again_until_it_hears_of_its_end()
    {
        var trial = SchedulerTrial.Started().SendStatusOf("stranger", TaskState.TaskRunning);
        static bool IsKill(SchedulerCall call) => call.Type == SchedulerCall.Types.Type.Kill && call.Kill.TaskId.Value == "stranger";

        trial.Later(TimeSpan.FromSeconds(6)).Calls.Count(IsKill).ShouldBe(1);
        trial.Later(TimeSpan.FromSeconds(6)).Calls.Count(IsKill).ShouldBe(1);
        trial.SendStatusOf("stranger", TaskState.TaskKilled).Later(TimeSpan.FromSeconds(6)).Calls.Count(IsKill).ShouldBe(0);
    }

    [Fact]
    public void A_task_serves_once_its_agent_says_that_its_check_succeeds_and_until_it_says_otherwise()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1").SendReady("worker-0").SendReady("worker-1").SendChecked("head", null).ExpectState(ClusterState.Starting);
        trial.SendChecked("head", false).ExpectState(ClusterState.Starting).SendChecked("head", true).ExpectState(ClusterState.Ready);
        trial.SendChecked("head", false).ExpectState(ClusterState.Degraded).SendChecked("head", true).ExpectState(ClusterState.Ready);
    }

    /// <summary>Found by the simulation: the status before the first result came again after it.</summary>
    [Fact]
    public void That_there_is_no_result_yet_is_old_news_of_a_task_that_has_served()
    {
        var trial = Ready().SendChecked("head", null).ExpectState(ClusterState.Ready);
        trial.SendChecked("head", false).SendChecked("head", null).ExpectState(ClusterState.Degraded);
    }

    [Fact]
    public void A_task_without_a_check_serves_while_it_runs() =>
        SchedulerTrial.Started(new TrialPackage(job: true)).SendOffer("A1").SendStatus("job", TaskState.TaskRunning).Rows["job"].ReadyAt.ShouldNotBeNull();

    [Fact]
    public void Hears_with_the_reconciliation_after_a_restart_what_does_not_serve_any_more()
    {
        var trial = Ready().Restart().SendSubscribed().SendWant().SendArtifacts().ExpectState(ClusterState.Ready);
        trial.SendChecked("worker-0", true).ExpectState(ClusterState.Ready).SendChecked("worker-1", false).ExpectState(ClusterState.Degraded);
    }

    [Fact]
    public void A_task_carries_its_check()
    {
        var launched = SchedulerTrial.LaunchedBy(SchedulerTrial.Started(new TrialPackage(job: true)).SendOffer("A1").Calls).ToDictionary(task => task.Name["mine/".Length..]);
        var check = launched["head"].Check.ShouldNotBeNull();
        check.Type.ShouldBe(CheckInfo.Types.Type.Tcp);
        check.Tcp.Port.ShouldBe(launched["head"].Discovery.Ports.Ports_.Single().Number);
        (check.DelaySeconds, check.StartingIntervalSeconds, check.ConsecutiveFailures).ShouldBe((0.0, 0.05, 3u));
        launched["job"].Check.ShouldBeNull("it is ready when it runs");
    }

    [Fact]
    public void Fails_a_task_that_never_becomes_ready()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1").SendChecked("head", null).SendChecked("head", false);
        trial.Later(TimeSpan.FromMinutes(3)).ExpectKilled("head");
        trial.StepOf("head").WaitingFor.ShouldNotBeNull().ShouldContain("takes no connections");
        trial.Rows["head"].Failed.ShouldBeTrue();
    }

    [Fact]
    public void Adopts_what_runs_after_a_restart_and_starts_nothing_twice()
    {
        var trial = Ready().Restart().SendSubscribed();
        trial.Calls.Count(call => call.Type == SchedulerCall.Types.Type.Reconcile).ShouldBe(2);
        trial.Calls.First(call => call.Type == SchedulerCall.Types.Type.Reconcile).Reconcile.Tasks.Count.ShouldBe(3);
        trial.SendWant().SendArtifacts().ExpectNoCall(SchedulerCall.Types.Type.Revive).ExpectState(ClusterState.Ready).SendOffer("A1").ExpectLaunched();
    }

    /// <summary>Found by the simulation: what was declined before stays away for an hour.</summary>
    [Fact]
    public void A_revive_that_was_lost_is_sent_again()
    {
        var trial = SchedulerTrial.Started();
        trial.Later(TimeSpan.FromSeconds(1)).ExpectNoCall(SchedulerCall.Types.Type.Revive);

        trial.Send(new SchedulerCommand.Lost(new SchedulerCall { Type = SchedulerCall.Types.Type.Revive })).ExpectNoCall(SchedulerCall.Types.Type.Revive);

        trial.Later(TimeSpan.FromSeconds(1)).ExpectCall(SchedulerCall.Types.Type.Revive);
        trial.Later(TimeSpan.FromSeconds(1)).ExpectNoCall(SchedulerCall.Types.Type.Revive);
    }

    /// <summary>Found by the simulation: the agent was removed before it could tell how its task had ended.</summary>
    [Fact]
    public void Asks_after_every_living_task_again_every_few_minutes_until_it_is_answered()
    {
        var trial = Ready();
        trial.Later(TimeSpan.FromMinutes(4.9)).ExpectNoCall(SchedulerCall.Types.Type.Reconcile);

        trial.Later(TimeSpan.FromMinutes(0.2));
        AskedAfter(trial).ShouldBe(Ids(trial, "head", "worker-0", "worker-1"));
        trial.SendStatus("head", TaskState.TaskRunning).SendStatus("worker-0", TaskState.TaskRunning).Later(TimeSpan.FromSeconds(10));
        AskedAfter(trial).ShouldBe(Ids(trial, "worker-1"));

        trial.SendStatus("worker-1", TaskState.TaskGone).ExpectCall(SchedulerCall.Types.Type.Revive).SendOffer("A2").ExpectLaunched("worker-1");
    }

    /// <summary>Found by the simulation: given up for out of reach, it came back with a host of which nobody was told.</summary>
    [Fact]
    public void Asks_for_what_runs_without_being_known_every_few_minutes_and_ends_it()
    {
        var trial = new SchedulerTrial().SendSubscribed().Later(TimeSpan.FromMinutes(5.1));
        trial.Calls.ShouldHaveSingleItem().Reconcile.Tasks.ShouldBeEmpty();

        trial.SendStatusOf("mine.head.of-old", TaskState.TaskRunning).Calls.ShouldContain(call => call.Type == SchedulerCall.Types.Type.Kill && call.Kill.TaskId.Value == "mine.head.of-old");
        trial.Later(TimeSpan.FromMinutes(4)).ExpectNoCall(SchedulerCall.Types.Type.Reconcile);
    }

    [Fact]
    public void Operators_that_began_together_ask_after_their_tasks_at_times_of_their_own()
    {
        var trial = Ready(spread: 0.5);

        trial.Later(TimeSpan.FromMinutes(5.1)).ExpectNoCall(SchedulerCall.Types.Type.Reconcile);
        trial.Later(TimeSpan.FromMinutes(0.5)).ExpectCall(SchedulerCall.Types.Type.Reconcile);
    }

    [Fact]
    public void A_clock_that_was_set_back_while_it_was_away_makes_no_pause_longer()
    {
        var trial = Ready().SendStatus("worker-1", TaskState.TaskFailed, "exit 1").Restart().Later(TimeSpan.FromHours(-8)).SendSubscribed().SendWant().SendArtifacts();

        trial.Later(TimeSpan.FromSeconds(2)).ExpectCall(SchedulerCall.Types.Type.Revive).SendOffer("A1").ExpectLaunched("worker-1");
    }

    [Fact]
    public void Launches_again_an_intent_that_never_reached_the_master()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1").Restart().SendSubscribed().SendWant().SendArtifacts();
        foreach (var task in new[] { "head", "worker-0", "worker-1" })
            trial.SendStatus(task, TaskState.TaskGone);
        trial.SendOffer("A1").ExpectLaunched("head", "worker-0", "worker-1");
    }

    [Fact]
    public void Finishes_a_removal_that_a_restart_interrupted()
    {
        var trial = Ready().SendRemove().Restart().SendSubscribed().ExpectKilled("head", "worker-0", "worker-1");
        foreach (var task in new[] { "head", "worker-0", "worker-1" })
            trial.SendStatus(task, TaskState.TaskKilled);
        trial.SendOffer("A1").ExpectCall(SchedulerCall.Types.Type.Teardown).SendEnded(SubscriptionEnd.FrameworkRemoved).Observation.ShouldBeNull();
    }

    [Fact]
    public void Removes_a_cluster_when_its_last_task_has_ended()
    {
        var trial = Ready();
        var place = trial.Memory.Pods.Single(record => record.Name == "worker-1").Place;
        trial.SendRemove().ExpectKilled("head", "worker-0", "worker-1").ExpectState(ClusterState.Deleting);
        trial.SendStatus("head", TaskState.TaskKilled).SendStatus("worker-0", TaskState.TaskKilled).ExpectState(ClusterState.Deleting);
        trial.SendStatus("worker-1", TaskState.TaskKilled).ExpectCall(SchedulerCall.Types.Type.Revive).ExpectNoCall(SchedulerCall.Types.Type.Teardown);
        trial.SendOffers(trial.ReservedOffer("worker-1", place)).ExpectNoCall(SchedulerCall.Types.Type.Teardown).Operations.ShouldBe([Offer.Types.Operation.Types.Type.Unreserve]);
        trial.SendOffer("A1").ExpectCall(SchedulerCall.Types.Type.Teardown);
        trial.SendEnded(SubscriptionEnd.FrameworkRemoved).Observation.ShouldBeNull();
        trial.Rows.ShouldBeEmpty();
    }

    [Fact]
    public void A_removal_does_not_wait_for_a_host_out_of_reach()
    {
        var trial = Ready().SendStatus("worker-1", TaskState.TaskUnreachable).SendRemove();
        trial.SendStatus("head", TaskState.TaskKilled).SendStatus("worker-0", TaskState.TaskKilled).ExpectNoCall(SchedulerCall.Types.Type.Teardown);
        trial.Later(TimeSpan.FromSeconds(15)).ExpectCall(SchedulerCall.Types.Type.Teardown).SendEnded(SubscriptionEnd.FrameworkRemoved).Observation.ShouldBeNull();
    }

    [Fact]
    public void Begins_anew_when_the_master_removed_its_framework()
    {
        var trial = Ready().SendEnded(SubscriptionEnd.FrameworkRemoved);
        trial.Effects.OfType<SchedulerEffect.Resubscribe>().ShouldHaveSingleItem().Again.ShouldBeTrue();
        trial.SendSubscribed("G").SendOffer("A1").ExpectLaunched("head", "worker-0", "worker-1");
    }

    [Fact]
    public void Leaves_its_framework_to_another_scheduler_that_took_it_over() =>
        Ready().SendEnded(SubscriptionEnd.FailedOver).Effects.OfType<SchedulerEffect.Resubscribe>().ShouldHaveSingleItem().Again.ShouldBeFalse();

    [Fact]
    public void A_job_is_complete_when_it_finished_and_runs_no_second_time()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(job: true)).SendOffer("A1").SendReady("head").SendReady("worker-0").SendReady("worker-1").SendReady("job");
        trial.ExpectState(ClusterState.Starting).SendStatus("job", TaskState.TaskFinished).ExpectState(ClusterState.Ready).SendOffer("A1").ExpectLaunched();
    }

    [Fact]
    public void A_job_that_fails_twice_has_failed()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(job: true)).SendOffer("A1").SendStatus("job", TaskState.TaskRunning).SendStatus("job", TaskState.TaskFailed, "exit 1");
        trial.Later(TimeSpan.FromSeconds(5)).SendOffer("A1").ExpectLaunched("job").SendStatus("job", TaskState.TaskRunning).SendStatus("job", TaskState.TaskFailed, "exit 1").ExpectStep("job", StepState.Failed);
    }

    [Fact]
    public void What_failed_says_with_its_status_what_it_wrote_last()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(job: true)).SendOffer("A1");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            trial.SendStatus("job", TaskState.TaskRunning).SendStatus("job", TaskState.TaskFailed, "Command exited with status 255", "Traceback (most recent call last):", "  import trial", "ImportError: no trial");
            trial.Later(TimeSpan.FromSeconds(5)).SendOffer("A1");
        }
        const string Said = "Command exited with status 255: Traceback (most recent call last): | import trial | ImportError: no trial";
        trial.StepOf("job").WaitingFor.ShouldBe($"job failed 2 times in a row: {Said}");
        trial.Observation!.Reason.ShouldBe($"job failed 2 times in a row: {Said}");
        trial.Observation.Tasks.Last(task => task.Name == "job").Message.ShouldBe(Said);
        trial.Observation.Events.ShouldContain(happened => happened.Subject == "job" && happened.Text == $"ended with TASK_FAILED: {Said}");
    }

    [Fact]
    public void Of_what_an_agent_says_that_is_too_long_a_part_is_shown()
    {
        var trial = SchedulerTrial.Started().SendOffer("A1").SendStatus("head", TaskState.TaskRunning).SendStatus("head", TaskState.TaskFailed, "exit 1", [.. Enumerable.Repeat(new string('x', 5000), 50)]);
        trial.Observation!.Tasks.Single(task => task.Name == "head").Message!.Length.ShouldBeLessThan(1100);
    }

    [Fact]
    public void Says_what_artifacts_are_missing_and_asks_again()
    {
        var trial = new SchedulerTrial().SendSubscribed().SendWant().Send(new SchedulerCommand.Resolved(1, new ArtifactResolution.Unavailable("no jar")));
        trial.ExpectState(ClusterState.Failed).Observation!.Reason!.ShouldContain("no jar");
        trial.Later(TimeSpan.FromSeconds(31)).Effects.OfType<SchedulerEffect.Resolve>().ShouldHaveSingleItem();
        trial.SendArtifacts().ExpectState(ClusterState.Pending);
    }

    [Fact]
    public void A_file_that_is_not_what_was_locked_stops_the_launch_and_is_named()
    {
        var trial = new SchedulerTrial().SendSubscribed().SendWant().Send(new SchedulerCommand.Resolved(1, new ArtifactResolution.Mismatched("tool.whl has another hash")));
        trial.SendOffer("A1").ExpectLaunched().ExpectStep("artifacts", StepState.Failed).ExpectState(ClusterState.Failed).Observation!.Reason!.ShouldContain("tool.whl has another hash");
    }

    [Fact]
    public void What_stands_in_for_artifacts_is_said_for_as_long_as_it_does()
    {
        var standsIn = new SchedulerCommand.Resolved(1, new ArtifactResolution.Ready(ResolvedArtifacts.None) { StandIn = "the host's own stands in" });
        var trial = new SchedulerTrial().SendSubscribed().SendWant().Send(standsIn);
        trial.ExpectStep("artifacts", StepState.Complete).StepOf("artifacts").Note.ShouldBe("the host's own stands in");
        trial.SendOffer("A1").SendReady("head").SendReady("worker-0").SendReady("worker-1").ExpectState(ClusterState.Ready).StepOf("artifacts").Note.ShouldBe("the host's own stands in");
        trial.Restart().SendSubscribed().SendWant().Send(standsIn);
        trial.Observation!.Events.Count(happened => happened.Text == "the host's own stands in").ShouldBe(1);
        trial.SendArtifacts().StepOf("artifacts").Note.ShouldBeNull();
    }

    private static SchedulerTrial Ready(double spread = 0) =>
        SchedulerTrial.Started(spread: spread).SendOffer("A1").SendReady("head").SendReady("worker-0").SendReady("worker-1").ExpectState(ClusterState.Ready);

    private static IEnumerable<string> AskedAfter(SchedulerTrial trial) =>
        trial.Calls.First(call => call.Type == SchedulerCall.Types.Type.Reconcile).Reconcile.Tasks.Select(task => task.TaskId.Value).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Ids(SchedulerTrial trial, params string[] tasks) => tasks.Select(task => trial.Rows[task].TaskId).Order(StringComparer.Ordinal);
}

using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>What plans mind of pods that hold something together, and what the engine does itself as a step of them.</summary>
public sealed class PlanRulesTests
{
    [Fact]
    public void One_that_serves_ends_only_when_all_have_said_since_that_nothing_is_short()
    {
        var trial = Ready().SendTarget(Options(2, "other")).ExpectKilled();
        trial.StepOf("may worker-0 end").WaitingFor.ShouldBe("worker-0: Copies that are missing: to be asked");
        trial.SendFacts("worker-0", ("short", "0")).SendFacts("worker-1", ("short", "2")).ExpectKilled();
        trial.StepOf("may worker-0 end").WaitingFor.ShouldBe("worker-1: Copies that are missing: 2, to be 0");
        trial.SendFactsOnce("worker-1", ("short", "0")).ExpectKilled("worker-0");
    }

    [Fact]
    public void What_was_said_before_the_one_before_was_replaced_does_not_count()
    {
        var trial = Replaced("worker-0").ExpectKilled();
        trial.SendFactsOnce("worker-1", ("short", "0")).SendFactsOnce("worker-0", ("short", "0")).ExpectKilled();
        trial.Later(TimeSpan.FromSeconds(1)).SendFacts("worker-0", ("short", "0")).ExpectKilled().SendFacts("worker-1", ("short", "0")).ExpectKilled("worker-1");
    }

    [Fact]
    public void What_was_said_long_ago_does_not_count()
    {
        var trial = Ready().SendFacts("worker-0", ("short", "0")).SendFacts("worker-1", ("short", "0")).Later(TimeSpan.FromSeconds(20));
        trial.SendTarget(Options(2, "other")).ExpectKilled().StepOf("may worker-0 end").WaitingFor.ShouldNotBeNull().ShouldContain("not heard for 2");
    }

    [Fact]
    public void One_that_leads_ends_last()
    {
        var trial = Ready().SendFacts("worker-0", ("short", "0"), ("leads", "true")).SendFacts("worker-1", ("short", "0"), ("leads", "false")).SendTarget(Options(2, "other"));
        trial.ExpectKilled("worker-1");
    }

    [Fact]
    public void One_that_does_not_serve_ends_first_and_at_once()
    {
        var trial = Ready().SendChecked("worker-1", false).SendTarget(Options(2, "other")).ExpectKilled("worker-1");
        trial.StepOf("may worker-0 end").WaitingFor.ShouldBe("waits for worker-1 to be ready");
    }

    [Fact]
    public void None_ends_while_another_does_not_serve() => Replaced("worker-0", ready: false).SendFacts("worker-1", ("short", "0")).ExpectKilled();

    [Fact]
    public void A_person_may_force_it() =>
        Ready().SendTarget(Options(2, "other")).ExpectKilled().SendWant(wanted => wanted with { Forced = ["worker-0"] }).ExpectKilled("worker-0");

    [Fact]
    public void What_breaks_by_itself_is_started_again_whatever_is_said()
    {
        var trial = Ready().SendStatus("worker-0", TaskState.TaskFailed).Later(TimeSpan.FromSeconds(2));
        trial.SendOffers(trial.ReservedOffer("worker-0")).ExpectLaunched("worker-0");
    }

    [Fact]
    public void One_is_drained_before_it_goes_and_told_where_it_is()
    {
        var trial = Ready(3).SendTarget(Options(2)).ExpectKilled();
        trial.SendOffer("A7").ExpectLaunched("drain-worker-2");
        SchedulerTrial.LaunchedBy(trial.Calls).Single().Command.Arguments.Skip(2).ShouldBe(["worker-2", trial.Rows["worker-2"].Host]);
        trial.SendStatus("drain-worker-2", TaskState.TaskRunning).ExpectKilled().StepOf("worker-2".Insert(0, "end ")).WaitingFor.ShouldBe("waits for drain-worker-2 to be done");
        trial.SendStatus("drain-worker-2", TaskState.TaskFinished).ExpectKilled("worker-2");
        trial.SendStatus("worker-2", TaskState.TaskKilled).Later(TimeSpan.FromSeconds(1)).Observation!.Plans.Select(plan => plan.Name).ShouldBe(["deploy"]);
        trial.Restart().SendSubscribed().SendWant().SendArtifacts().SendOffer("A7").ExpectLaunched();
    }

    [Fact]
    public void They_are_drained_one_after_another_the_last_first()
    {
        var trial = Ready(3).SendTarget(Options(1)).SendOffer("A7").ExpectLaunched("drain-worker-2");
        trial.SendStatus("drain-worker-2", TaskState.TaskRunning).SendOffer("A7").ExpectLaunched().SendStatus("drain-worker-2", TaskState.TaskFinished).ExpectKilled("worker-2");
        trial.SendStatus("worker-2", TaskState.TaskKilled).SendOffer("A7").ExpectLaunched("drain-worker-1");
    }

    [Fact]
    public void One_that_can_not_be_drained_stays_and_the_plan_says_why()
    {
        var trial = Ready(3).SendTarget(Options(2)).SendOffer("A7").ExpectLaunched("drain-worker-2").SendStatus("drain-worker-2", TaskState.TaskRunning);
        trial.SendStatus("drain-worker-2", TaskState.TaskFailed, "exit 1", "2 copies would be lost").Later(TimeSpan.FromSeconds(2)).SendOffer("A7").ExpectLaunched("drain-worker-2");
        trial.SendStatus("drain-worker-2", TaskState.TaskRunning).SendStatus("drain-worker-2", TaskState.TaskFailed, "exit 1", "2 copies would be lost").Later(TimeSpan.FromMinutes(2)).SendOffer("A7").ExpectLaunched().ExpectKilled();
        trial.StepOf("drain-worker-2").WaitingFor.ShouldNotBeNull().ShouldEndWith("exit 1: 2 copies would be lost");
        trial.ExpectState(ClusterState.Failed);
        trial.SendTarget(Options(3)).ExpectState(ClusterState.Ready).Memory.Tasks.ShouldContain(row => row.Name == "worker-2" && row.Living);
    }

    [Fact]
    public void Who_wants_it_back_while_it_is_drained_ends_that()
    {
        var trial = Ready(3).SendTarget(Options(2)).SendOffer("A7").SendStatus("drain-worker-2", TaskState.TaskRunning).SendTarget(Options(3));
        trial.ExpectKilled("drain-worker-2").SendStatus("drain-worker-2", TaskState.TaskKilled).ExpectState(ClusterState.Ready);
        trial.SendTarget(Options(2)).SendOffer("A7").ExpectLaunched("drain-worker-2");
    }

    [Fact]
    public void A_person_may_skip_it() =>
        Ready(3).SendTarget(Options(2)).ExpectKilled().SendWant(wanted => wanted with { Skipped = ["drain-worker-2"] }).ExpectKilled("worker-2");

    [Fact]
    public void Those_that_were_added_are_put_to_use_once_all_serve()
    {
        var trial = Ready().SendTarget(Options(4)).SendOffer("A7").ExpectLaunched("worker-2", "worker-3").SendReady("worker-2").SendOffer("A8").ExpectLaunched();
        trial.SendReady("worker-3").ExpectState(ClusterState.Ready).SendOffer("A8").ExpectLaunched("spread-worker");
        trial.SendStatus("spread-worker", TaskState.TaskRunning).Observation!.Plans.Count.ShouldBe(2);
        trial.SendStatus("spread-worker", TaskState.TaskFinished).ExpectState(ClusterState.Ready).Observation!.Plans.Select(plan => plan.Name).ShouldBe(["deploy"]);
        trial.SendTarget(Options(4, "other")).SendOffer("A8").ExpectLaunched();
        trial.StepOf("worker-0").ShouldNotBeNull();
        trial.Observation!.Plans.SelectMany(plan => plan.Phases).ShouldNotContain(phase => phase.Name == "use what was added");
    }

    [Fact]
    public void One_that_others_need_to_end_well_ends_after_them()
    {
        var trial = Ready().SendRemove().ExpectKilled("worker-0", "worker-1");
        trial.StepOf("head").WaitingFor.ShouldBe("worker-0 to end, which needs it for that");
        trial.SendStatus("worker-0", TaskState.TaskKilled).ExpectKilled().SendStatus("worker-1", TaskState.TaskKilled).ExpectKilled("head");
    }

    [Fact]
    public void One_on_a_host_out_of_reach_holds_up_no_end() =>
        Ready().SendStatus("worker-0", TaskState.TaskUnreachable).SendRemove().ExpectKilled("worker-1").SendStatus("worker-1", TaskState.TaskKilled).ExpectKilled("head");

    [Fact]
    public void At_first_nothing_was_added() => Ready().Observation!.Plans.Select(plan => plan.Name).ShouldBe(["deploy"]);

    [Fact]
    public void What_engines_say_is_shown_with_whether_it_is_as_it_should_be()
    {
        var trial = Ready().SendFacts("worker-0", ("short", "3"), ("leads", "true"));
        trial.Observation!.Facts.Select(fact => (fact.Pod, fact.Title, fact.Value, fact.WhyNot, fact.IsHealthy, fact.Healthy)).ShouldBe(
        [
            ("worker-0", "Copies that are missing", "3", null, (bool?)false, "0"), ("worker-1", "Copies that are missing", null, "nothing has been heard of it yet", null, "0"),
        ]);
        trial.Observation!.Activity!.State.ShouldBe(ActivityState.Unknown);
    }

    private static SchedulerTrial Replaced(string worker, bool ready = true)
    {
        var trial = Ready().SendFacts("worker-0", ("short", "0")).SendFacts("worker-1", ("short", "0")).SendTarget(Options(2, "other")).ExpectKilled(worker);
        trial.SendStatus(worker, TaskState.TaskKilled).SendOffers(trial.ReservedOffer(worker)).ExpectLaunched(worker);
        return ready ? trial.SendReady(worker) : trial;
    }

    private static SchedulerTrial Ready(int workers = 2)
    {
        var trial = new SchedulerTrial(new TrialPackage(named: true, rules: true)).SendSubscribed().SendWant(wanted => wanted with { Options = Options(workers) }).SendArtifacts();
        trial.SendOffer("A1", cpus: 16, memory: 32768).SendReady("head");
        for (var worker = 0; worker < workers; worker++)
            trial.SendReady($"worker-{worker}");
        return trial.Later(TimeSpan.FromSeconds(1)).ExpectState(ClusterState.Ready);
    }

    private static JsonObject Options(int workers, string motto = "") => new() { ["workers"] = workers, ["memory"] = 1024, ["motto"] = motto };
}

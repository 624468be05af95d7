using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using Google.Protobuf;
using Kind = DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types.Sign.Types.Kind;
using Seen = DataPlatform.Core.Protocol.Mesos.ActivityReport.Types.Seen;
using Sign = DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types.Sign;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>What is not proved to be idle is busy.</summary>
public sealed class ActivityTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void The_agent_is_told_how_to_look()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(workers: 1, looks: true)).SendOffer("A1");
        var head = trial.Calls.Single(call => call.Type == SchedulerCall.Types.Type.Accept).Accept.Operations.SelectMany(operation => operation.Launch?.TaskInfos ?? []).Single(task => task.Name == "mine/head");

        var look = head.Activity.Looks.ShouldHaveSingleItem();
        look.Http.Port.ShouldBe((uint)trial.Rows["head"].Ports["rpc"]);
        look.Http.Headers.ShouldHaveSingleItem().Value.Value.Data.ToStringUtf8().ShouldBe("token t");
        look.Signs.Select(sign => (sign.Kind, sign.Of, sign.Above)).ShouldBe([(Kind.Busy, "jobs", 1), (Kind.Count, "queries", 0), (Kind.Time, "a session", 0)]);
    }

    [Fact]
    public void A_busy_cluster_says_with_what_and_an_idle_one_since_when()
    {
        var trial = Ready();
        var launched = trial.Now;
        Activity(trial).ShouldBe(new ActivityView(ActivityState.Unknown, "its launch", launched, "head: nothing has been heard of what it does yet"));

        Tell(trial, jobs: "4", queries: "0");
        Activity(trial).ShouldBe(new ActivityView(ActivityState.Busy, "3 jobs", launched, null));
        trial.Later(Minute);
        Tell(trial, jobs: "2", queries: "0");
        Activity(trial).ShouldBe(new ActivityView(ActivityState.Busy, "1 job", launched + Minute, null));
        trial.Later(Minute);
        Tell(trial, jobs: "1", queries: "0");
        Activity(trial).ShouldBe(new ActivityView(ActivityState.Idle, "jobs", launched + Minute, null));
        trial.Later(Minute);
        Tell(trial, jobs: "1", queries: "2");
        Activity(trial).ShouldBe(new ActivityView(ActivityState.Idle, "queries", launched + (3 * Minute), null), "somebody has asked between the looks");
    }

    [Fact]
    public void A_time_is_taken_as_it_is_told_but_never_as_still_to_come()
    {
        var trial = Ready();
        var launched = trial.Now;
        trial.Later(10 * Minute);
        Tell(trial, session: $"{launched + (4 * Minute):O}");
        Activity(trial).ShouldBe(new ActivityView(ActivityState.Idle, "a session", launched + (4 * Minute), null));
        Tell(trial, session: $"{trial.Now + (60 * Minute):O}");
        Activity(trial)!.LastAt.ShouldBe(trial.Now);
    }

    [Theory]
    [InlineData("many", "0", null, "head: 'many' is no number of jobs")]
    [InlineData("1", "NaN", null, "head: 'NaN' is no number of queries")]
    [InlineData("1", "0", "yesterday evening", "head: 'yesterday evening' is no time of a session")]
    public void A_malformed_answer_counts_as_busy(string jobs, string queries, string? session, string reason)
    {
        var trial = Ready();
        Tell(trial, jobs, queries, session);
        (Activity(trial)!.State, Activity(trial)!.Reason).ShouldBe((ActivityState.Unknown, reason));
    }

    [Fact]
    public void What_is_not_answered_can_not_be_read_or_is_said_by_another_host_proves_nothing()
    {
        var trial = Ready();
        Tell(trial);
        Activity(trial)!.State.ShouldBe(ActivityState.Idle);

        Send(trial, new ActivityReport { LookedAt = Seconds(trial.Now), Seen = { new Seen { Sign = new Sign { Kind = Kind.Busy, Of = "jobs" }, WhyNot = "its page answers 500" } } }.ToByteString());
        (Activity(trial)!.State, Activity(trial)!.Reason).ShouldBe((ActivityState.Unknown, "head: its page answers 500"));
        Tell(trial);
        Send(trial, ByteString.CopyFromUtf8("nonsense"));
        Activity(trial)!.Reason.ShouldBe("head: what its agent tells can't be read");
        Tell(trial);
        Send(trial, ByteString.CopyFromUtf8("nonsense"), agent: "A9");
        Activity(trial)!.State.ShouldBe(ActivityState.Idle);
        Send(trial, new ActivityReport { LookedAt = Seconds(trial.Now) }.ToByteString());
        Activity(trial)!.Reason.ShouldBe("head: its agent saw nothing");
    }

    [Fact]
    public void An_answer_that_is_too_old_counts_as_busy_and_that_is_told()
    {
        var trial = Ready();
        Tell(trial);
        trial.Later(2 * Minute);
        Activity(trial)!.State.ShouldBe(ActivityState.Idle);
        trial.Later(2 * Minute);
        (Activity(trial)!.State, Activity(trial)!.Reason).ShouldBe((ActivityState.Unknown, "head: its last answer is 4 min old"));
        trial.Effects.ShouldContain(new SchedulerEffect.Changed());
        trial.Later(TimeSpan.FromSeconds(1));
        trial.Effects.ShouldBeEmpty("nothing else has changed");
    }

    [Fact]
    public void An_old_answer_that_comes_late_is_old() => Activity(Tell(Ready(), lookedAt: Seconds(DateTimeOffset.UnixEpoch)))!.Reason!.ShouldStartWith("head: its last answer is");

    [Fact]
    public void What_was_last_done_survives_a_restart_and_ends_with_its_launch()
    {
        var trial = Ready();
        trial.Later(5 * Minute);
        Tell(trial, queries: "8");
        var asked = trial.Now;
        trial.Later(5 * Minute).Restart().SendWant().SendArtifacts().SendSubscribed();

        Activity(trial).ShouldBe(new ActivityView(ActivityState.Unknown, "queries", asked, "head: its last answer is 5 min old"));
        Tell(trial, queries: "8");
        Activity(trial).ShouldBe(new ActivityView(ActivityState.Idle, "queries", asked, null), "the same count as before the restart is no activity");

        trial.SendStatus("head", TaskState.TaskFailed);
        trial.Memory.Activities.ShouldBeEmpty();
        Activity(trial)!.Reason.ShouldBe("head: it does not run");
    }

    [Fact]
    public void A_package_without_evidence_counts_as_busy_and_of_what_is_parked_nothing_is_said()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(workers: 1));
        Activity(trial)!.Reason.ShouldBe("it is not ready yet");
        trial.SendOffer("A1").SendReady("head").SendReady("worker-0");
        (Activity(trial)!.State, Activity(trial)!.Reason).ShouldBe((ActivityState.Unknown, "its package gives no evidence of it"));
        trial.SendWant(wanted => wanted with { Goal = ClusterGoal.Park });
        Activity(trial).ShouldBeNull();
    }

    private static SchedulerTrial Ready() => SchedulerTrial.Started(new TrialPackage(workers: 1, looks: true)).SendOffer("A1").SendReady("head").SendReady("worker-0").ExpectState(ClusterState.Ready);

    private static ActivityView? Activity(SchedulerTrial trial) => trial.Observation!.Activity;

    private static SchedulerTrial Tell(SchedulerTrial trial, string jobs = "1", string queries = "0", string? session = null, double? lookedAt = null)
    {
        var last = new Seen { Sign = new Sign { Kind = Kind.Time, Of = "a session" } };
        if (session is not null)
            last.Value = session;
        return Send(trial, new ActivityReport
        {
            LookedAt = lookedAt ?? Seconds(trial.Now),
            Seen = { new Seen { Sign = new Sign { Kind = Kind.Busy, Of = "jobs", Above = 1 }, Value = jobs }, new Seen { Sign = new Sign { Kind = Kind.Count, Of = "queries" }, Value = queries }, last },
        }.ToByteString());
    }

    private static SchedulerTrial Send(SchedulerTrial trial, ByteString data, string agent = "A1") => trial.SendMessage(trial.Rows["head"].TaskId, agent, data);

    private static double Seconds(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).TotalSeconds;
}

using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.State;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>Data of pods: made once, found again, and lost only when somebody wants it so.</summary>
public sealed class SchedulerVolumesTests
{
    private static readonly TrialPackage Package = new(workers: 1, named: true, volumes: true);

    [Fact]
    public void Makes_a_pods_volumes_with_the_answer_that_launches_it()
    {
        var trial = SchedulerTrial.Started(Package).SendOffer("A1").ExpectLaunched("head", "worker-0");
        trial.Operations.ShouldBe([OperationType.Reserve, OperationType.Create, OperationType.Launch]);
        var volume = VolumesOf(trial, "worker-0").Volumes.ShouldHaveSingleItem();
        var used = SchedulerTrial.LaunchedBy(trial.Calls).Single(task => task.Name == "mine/worker-0").Resources.Single(resource => resource.Disk is not null);
        (used.Disk.Persistence.Id, used.Disk.Volume.ContainerPath, used.Scalar.Value).ShouldBe((volume.Id, "data", 200));
    }

    [Fact]
    public void A_parked_cluster_keeps_its_volumes_and_comes_back_to_them()
    {
        var trial = Ready();
        var (before, place) = (VolumesOf(trial, "worker-0"), PlaceOf(trial, "worker-0"));
        trial.SendWant(wanted => wanted with { Goal = ClusterGoal.Park }).SendStatus("head", TaskState.TaskKilled).SendStatus("worker-0", TaskState.TaskKilled);
        trial.SendOffers(Offered(trial, "worker-0", before, place)).Operations.ShouldBe([OperationType.Unreserve]);
        trial.ExpectState(ClusterState.Parked).Observation!.Reserved.DiskMebibytes.ShouldBe(400);
        trial.SendWant(wanted => wanted with { Goal = ClusterGoal.Run }).ExpectCall(SchedulerCall.Types.Type.Revive);
        trial.SendOffer("A2").ExpectLaunched();
        trial.SendOffers(Offered(trial, "head", VolumesOf(trial, "head")), Offered(trial, "worker-0", before), trial.Offer("A1")).ExpectLaunched();
        var whole = trial.Offer("A1");
        whole.Resources.Add(Volumes("head", VolumesOf(trial, "head")));
        whole.Resources.Add(Volumes("worker-0", before));
        trial.Later(TimeSpan.FromSeconds(5)).SendOffers(whole).ExpectLaunched("head", "worker-0").Operations.ShouldBe([OperationType.Reserve, OperationType.Launch]);
        VolumesOf(trial, "worker-0").ShouldBeEquivalentTo(before);
    }

    [Fact]
    public void A_pod_with_data_waits_for_its_host_and_says_what_else_could_be_done()
    {
        var trial = Ready().SendStatus("worker-0", TaskState.TaskUnreachable).Later(TimeSpan.FromHours(5));
        trial.Rows["worker-0"].Living.ShouldBeTrue();
        trial.StepOf("worker-0").WaitingFor.ShouldNotBeNull().ShouldContain("where its data is; without it: dp replace mine worker-0");
        trial.SendStatus("worker-0", TaskState.TaskGone).SendOffer("A2").ExpectLaunched();
        trial.StepOf("worker-0").WaitingFor.ShouldNotBeNull().ShouldContain("worker-0 has its data on 10.0.0.1; without it: dp replace mine worker-0");
    }

    [Fact]
    public void One_that_is_replaced_begins_anew_elsewhere_and_its_volume_is_destroyed_when_its_host_is_back()
    {
        var trial = Ready();
        var (before, place) = (VolumesOf(trial, "worker-0"), PlaceOf(trial, "worker-0"));
        trial.SendStatus("worker-0", TaskState.TaskUnreachable).SendWant(wanted => wanted with { Replacements = new Dictionary<string, int> { ["worker-0"] = 1 } });
        trial.SendOffer("A2").ExpectLaunched("worker-0").SendReady("worker-0").ExpectState(ClusterState.Ready);
        VolumesOf(trial, "worker-0").AgentId.ShouldBe("A2");
        trial.SendOffer("A1").Memory.Pods.Single(record => record.Name == "worker-0").LeavingVolumes.ShouldHaveSingleItem("the task that was given up may still use it");
        trial.Restart().SendSubscribed().SendWant().SendArtifacts();
        trial.SendOffers(Offered(trial, "worker-0", before, place)).Operations.ShouldBe([OperationType.Destroy, OperationType.Unreserve]);
        trial.Memory.Pods.Single(record => record.Name == "worker-0").LeavingVolumes.ShouldHaveSingleItem();
        trial.SendOffer("A1").Memory.Pods.Single(record => record.Name == "worker-0").LeavingVolumes.ShouldBeEmpty();
    }

    [Fact]
    public void One_that_is_to_begin_anew_before_it_has_begun_is_launched_once_and_keeps_what_it_writes()
    {
        var trial = SchedulerTrial.Started(Package).SendWant(wanted => wanted with { Replacements = new Dictionary<string, int> { ["worker-0"] = 1 } });
        trial.SendOffer("A1").ExpectLaunched("head", "worker-0").Calls.ShouldNotContain(call => call.Type == SchedulerCall.Types.Type.Kill);
        var made = VolumesOf(trial, "worker-0");
        trial.SendReady("head").SendReady("worker-0").Later(TimeSpan.FromMinutes(1)).ExpectState(ClusterState.Ready);
        VolumesOf(trial, "worker-0").Volumes[0].ShouldBe(made.Volumes[0]);
    }

    [Fact]
    public void A_volume_that_nobody_gave_up_is_never_destroyed()
    {
        var trial = Ready();
        var unknown = VolumesOf(trial, "worker-0") with { Volumes = [VolumesOf(trial, "worker-0").Volumes[0] with { Id = $"{SchedulerTrial.Cluster}.worker-0.data.7.00" }] };
        trial.SendOffers(Offered(trial, "worker-0", unknown)).Operations.ShouldBeEmpty();
        trial.SendOffers(Offered(trial, "worker-9", unknown)).Operations.ShouldBeEmpty();
    }

    [Fact]
    public void A_volume_that_is_gone_is_not_made_anew_in_silence()
    {
        var trial = Ready();
        var place = PlaceOf(trial, "worker-0");
        trial.SendStatus("worker-0", TaskState.TaskFailed).Later(TimeSpan.FromSeconds(2));
        trial.SendOffers(trial.ReservedOffer("worker-0", place)).ExpectLaunched();
        trial.SendOffer("A1").ExpectLaunched().StepOf("worker-0").WaitingFor.ShouldNotBeNull().ShouldContain("its volume data is not there");
    }

    [Fact]
    public void A_pod_that_failed_comes_back_to_its_volumes()
    {
        var trial = Ready();
        var (before, place) = (VolumesOf(trial, "worker-0"), PlaceOf(trial, "worker-0"));
        trial.SendStatus("worker-0", TaskState.TaskFailed).Later(TimeSpan.FromSeconds(2)).SendOffers(Offered(trial, "worker-0", before, place)).ExpectLaunched("worker-0").Operations.ShouldBe([OperationType.Launch]);
        SchedulerTrial.LaunchedBy(trial.Calls).Single().Resources.ShouldContain(resource => resource.Disk != null && resource.Disk.Persistence.Id == before.Volumes[0].Id);
    }

    [Fact]
    public void A_pod_of_another_size_stays_with_its_data()
    {
        var trial = Ready().Later(TimeSpan.FromMinutes(1)).SendTarget(new JsonObject { ["memory"] = 2048 }).ExpectKilled("worker-0");
        var (before, place) = (VolumesOf(trial, "worker-0"), PlaceOf(trial, "worker-0"));
        trial.SendStatus("worker-0", TaskState.TaskKilled).SendOffer("A2").ExpectLaunched();
        var offer = Offered(trial, "worker-0", before, place);
        offer.Resources.Add(trial.Offer("A1").Resources);
        trial.SendOffers(offer).ExpectLaunched("worker-0").Operations.ShouldBe([OperationType.Unreserve, OperationType.Reserve, OperationType.Launch]);
    }

    [Fact]
    public void A_pod_whose_package_has_volumes_by_now_gets_them_with_its_next_place()
    {
        var trial = SchedulerTrial.Started(new TrialPackage(workers: 1, named: true)).SendOffer("A1").SendReady("head").SendReady("worker-0");
        var place = PlaceOf(trial, "worker-0");
        trial.Restart(Package).SendSubscribed().SendWant().SendArtifacts().ExpectKilled().SendStatus("worker-0", TaskState.TaskFailed).Later(TimeSpan.FromSeconds(2));
        var offer = trial.ReservedOffer("worker-0", place);
        offer.Resources.Add(trial.Offer("A1").Resources);
        trial.SendOffers(offer).ExpectLaunched("worker-0").Operations.ShouldBe([OperationType.Unreserve, OperationType.Reserve, OperationType.Create, OperationType.Launch]);
    }

    [Fact]
    public void What_is_deleted_goes_with_its_volumes()
    {
        var trial = Ready();
        var (before, place) = (VolumesOf(trial, "worker-0"), PlaceOf(trial, "worker-0"));
        trial.SendRemove().SendStatus("head", TaskState.TaskKilled).SendStatus("worker-0", TaskState.TaskKilled);
        trial.SendOffers(Offered(trial, "worker-0", before, place)).Operations.ShouldBe([OperationType.Destroy, OperationType.Unreserve]);
    }

    [Fact]
    public void An_answer_that_was_lost_is_given_again()
    {
        var trial = SchedulerTrial.Started(Package).SendOffer("A1").ExpectLaunched("head", "worker-0");
        var volumes = VolumesOf(trial, "worker-0");
        trial.SendStatus("head", TaskState.TaskDropped).SendStatus("worker-0", TaskState.TaskLost).Later(TimeSpan.FromMinutes(3)).SendOffer("A2").ExpectLaunched("head", "worker-0");
        VolumesOf(trial, "worker-0").Volumes[0].Id.ShouldNotBe(volumes.Volumes[0].Id);
    }

    private static SchedulerTrial Ready() => SchedulerTrial.Started(Package).SendOffer("A1").SendReady("head").SendReady("worker-0").ExpectState(ClusterState.Ready);

    private static PodVolumes VolumesOf(SchedulerTrial trial, string pod) => trial.Memory.Pods.Single(record => record.Name == pod).Volumes.ShouldNotBeNull();

    private static PodPlace PlaceOf(SchedulerTrial trial, string pod) => trial.Memory.Pods.Single(record => record.Name == pod).Place.ShouldNotBeNull();

    private static IEnumerable<Resource> Volumes(string pod, PodVolumes volumes) => volumes.Volumes.Select(volume => new PodReservation(SchedulerTrial.Cluster, pod, null).Volume(volume, "trial"));

    /// <summary>An offer of a pod's volumes, of its place where one is given, and of nothing else.</summary>
    private static Offer Offered(SchedulerTrial trial, string pod, PodVolumes volumes, PodPlace? place = null)
    {
        var offer = trial.Offer(volumes.AgentId, cpus: 0, memory: 0, ports: 0);
        offer.Resources.Clear();
        if (place is not null)
            offer.Resources.Add(trial.ReservedOffer(pod, place).Resources);
        offer.Resources.Add(Volumes(pod, volumes));
        return offer;
    }
}

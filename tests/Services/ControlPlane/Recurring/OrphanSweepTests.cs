using System.Net;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Recurring;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DataPlatform.Services.Tests.ControlPlane.Recurring;

public sealed class OrphanSweepTests : IAsyncLifetime
{
    private readonly FakeMaster master = new();
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await ControlPlaneHost.Start(configure: services => services.Replace(ServiceDescriptor.Singleton(provider =>
            new MasterReader(host.Settings with { Master = new Uri("http://127.0.0.1:5050/") }, null, master))));
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_cluster_of_which_only_the_master_knows_is_taken_down_and_one_that_is_desired_stays()
    {
        master.Add(Launch("trial").Id, "trial");
        master.Add(Launch("other").Id, "other");
        master.Add("of-old", "forgotten");
        await host.Get<OrphanSweep>().RunAsync(CancellationToken.None);
        master.TornDown.ShouldBe(["framework of of-old"]);
    }

    [Fact]
    public async Task What_a_host_brings_back_after_its_cluster_was_gone_is_released()
    {
        master.Reserve(Launch("trial").Id);
        master.Reserve("of-old");
        await host.Get<OrphanSweep>().RunAsync(CancellationToken.None);
        master.Unreserved.Select(resource => PodReservation.Of(resource)!.ClusterId).Distinct().ShouldBe(["of-old"]);
    }

    [Fact]
    public async Task Data_that_a_host_brings_back_goes_only_with_a_cluster_that_was_deleted()
    {
        var (trial, deleted) = (Launch("trial"), Launch("deleted"));
        host.Get<ClusterStore>().MarkDeleted(deleted.Id, DateTimeOffset.UtcNow);
        foreach (var cluster in (string[])[trial.Id, deleted.Id, "of-nobody"]) master.Keep(cluster);
        await host.Get<OrphanSweep>().RunAsync(CancellationToken.None);
        master.Destroyed.Select(resource => PodReservation.OfVolume(resource)!.Reservation.ClusterId).ShouldBe([deleted.Id]);
        master.Unreserved.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_database_may_have_lost_is_left_alone_until_a_person_says_so()
    {
        var cluster = Launch("trial");
        master.Add(cluster.Id, "trial");
        foreach (var lost in (string[])["lost-1", "lost-2", "lost-3"]) master.Add(lost, lost);
        await host.Get<OrphanSweep>().RunAsync(CancellationToken.None);
        master.TornDown.ShouldBeEmpty();
        (await host.Stranger.GetStringAsync("/health")).ShouldContain("3 clusters run that the database does not know");
        (await host.Client.GetStringAsync("/metrics")).ShouldContain("dp_withheld_removals 3");
        using var client = new ControlPlaneClient(new ControlPlaneAddress(host.Url, host.Client.DefaultRequestHeaders.Authorization!.Parameter));
        var withheld = await client.WithheldRemovalAsync();
        (withheld.Running, string.Join(' ', withheld.ClusterIds)).ShouldBe((4, "lost-1 lost-2 lost-3"));

        (await Should.ThrowAsync<RefusedException>(() => client.ConfirmRemovalAsync([cluster.Id]))).Problem.Status.ShouldBe(409);
        (await Should.ThrowAsync<RefusedException>(() => client.ConfirmRemovalAsync([]))).Problem.Errors.ShouldHaveSingleItem().Field.ShouldBe("cluster_ids");
        master.TornDown.ShouldBeEmpty();

        (await client.ConfirmRemovalAsync(withheld.ClusterIds)).ClusterIds.ShouldBeEmpty();
        master.TornDown.Order().ShouldBe(["framework of lost-1", "framework of lost-2", "framework of lost-3"]);
        (await host.Stranger.GetStringAsync("/health")).ShouldBe("ok");
    }

    private DesiredCluster Launch(string name) =>
        host.Get<LaunchDesk>().LaunchAsync(new LaunchRequest("sample", name, null, 3600), "tester", CancellationToken.None).Result.ShouldBeOfType<Outcome.Accepted>().Cluster;

    /// <summary>Answers the operator calls that the sweep makes.</summary>
    private sealed class FakeMaster : HttpMessageHandler
    {
        private readonly List<FrameworkInfo> frameworks = [];
        private readonly List<Resource> reserved = [];

        public List<string> TornDown { get; } = [];

        public List<Resource> Unreserved { get; } = [];

        public List<Resource> Destroyed { get; } = [];

        public void Keep(string clusterId) => reserved.Add(new PodReservation(clusterId, "worker-0", null).Volume(new PodVolume($"{clusterId}.worker-0.data.0.1", "", "data", 64, "data"), "teams/default/trial"));

        public void Add(string clusterId, string name)
        {
            var info = new FrameworkInfo { User = "nobody", Name = name, Id = new FrameworkID { Value = "framework of " + clusterId }, Labels = new Labels() };
            info.Labels.Labels_.Add(new Label { Key = "cluster", Value = clusterId });
            frameworks.Add(info);
        }

        public void Reserve(string clusterId) => reserved.AddRange(new PodReservation(clusterId, "worker-0", null).Messages(new TaskResources(1000, 512, 0), [31000], "teams/default/trial"));

        private static Resource Amount(string name, double amount) => new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = amount } };

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var codec = MessageCodec.ForContentType(request.Content!.Headers.ContentType!.MediaType)!;
            var call = codec.Decode<OperatorCall>(await request.Content.ReadAsByteArrayAsync(cancellationToken));
            var answer = new OperatorResponse();
            switch (call.Type)
            {
                case OperatorCall.Types.Type.GetFrameworks:
                    answer.Type = OperatorResponse.Types.Type.GetFrameworks;
                    answer.GetFrameworks = new OperatorResponse.Types.GetFrameworks();
                    answer.GetFrameworks.Frameworks.Add(frameworks.Select(info => new OperatorResponse.Types.GetFrameworks.Types.Framework { FrameworkInfo = info, Active = true, Connected = true, Recovered = false }));
                    break;
                case OperatorCall.Types.Type.GetAgents:
                    answer.Type = OperatorResponse.Types.Type.GetAgents;
                    answer.GetAgents = new OperatorResponse.Types.GetAgents();
                    var agent = new OperatorResponse.Types.GetAgents.Types.Agent { AgentInfo = new AgentInfo { Hostname = "host", Id = new AgentID { Value = "S0" } }, Active = true, Version = "1.11.0" };
                    agent.TotalResources.Add([Amount("cpus", 16), Amount("mem", 65536), .. reserved]);
                    answer.GetAgents.Agents.Add(agent);
                    break;
                case OperatorCall.Types.Type.Teardown:
                    TornDown.Add(call.Teardown.FrameworkId.Value);
                    frameworks.RemoveAll(info => info.Id.Value == call.Teardown.FrameworkId.Value);
                    return new HttpResponseMessage(HttpStatusCode.OK);
                case OperatorCall.Types.Type.DestroyVolumes:
                    Destroyed.AddRange(call.DestroyVolumes.Volumes);
                    return new HttpResponseMessage(HttpStatusCode.Accepted);
                case OperatorCall.Types.Type.UnreserveResources:
                    Unreserved.AddRange(call.UnreserveResources.Resources);
                    return new HttpResponseMessage(HttpStatusCode.Accepted);
                default:
                    return new HttpResponseMessage(HttpStatusCode.NotImplemented);
            }

            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(codec.Encode(answer)) { Headers = { ContentType = new(codec.ContentType) } } };
        }
    }
}

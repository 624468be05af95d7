using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.Hadoop;

public sealed class HadoopPackageTests
{
    private static readonly DeclaredPackage Package = ShippedPackage.Read("hadoop");
    private static readonly PlacedTask[] Peers =
    [
        Placed("resourcemanager", "client scheduler tracker admin http"), Placed("historyserver", "rpc http admin"), Placed("namenode", "rpc http"),
    ];

    [Fact]
    public void It_has_a_file_system_of_its_own_unless_an_HDFS_cluster_is_named()
    {
        Package.Specify(Clusters.Settings(Package)).Pods.Select(pod => pod.Type).ShouldBe(["namenode", "datanode", "resourcemanager", "nodemanager", "historyserver", "gateway"]);
        Package.Specify(Clusters.Settings(Package, """{"hdfs":"files"}""")).Pods.Select(pod => pod.Type).ShouldBe(["resourcemanager", "nodemanager", "historyserver", "gateway"]);
    }

    [Fact]
    public void Queues_have_their_shares_and_take_jobs_of_one_user()
    {
        var command = Package.Specify(Clusters.Settings(Package, """{"queues":"day=70,night=30"}""")).Task("resourcemanager").Command(Clusters.Context("resourcemanager", "client scheduler tracker admin http", Peers)).Known();
        var scheduler = command.Files.Single(file => file.Path == "conf/capacity-scheduler.xml").Content;
        scheduler.ShouldContain("<name>yarn.scheduler.capacity.root.queues</name><value>day,night</value>");
        scheduler.ShouldContain("<name>yarn.scheduler.capacity.root.day.capacity</name><value>70</value>");
        scheduler.ShouldContain("<name>yarn.scheduler.capacity.root.night.capacity</name><value>30</value>");
        scheduler.ShouldContain("<name>yarn.scheduler.capacity.root.acl_submit_applications</name><value> </value>");
        scheduler.ShouldContain("<name>yarn.scheduler.capacity.root.night.acl_submit_applications</name><value>${env.SUBMITTER}</value>");
    }

    [Theory]
    [InlineData("day=70,night=20", "its shares add up to 90")]
    [InlineData("day=100,root.x=0", "it does not have the form NAME=SHARE,NAME=SHARE")]
    public void Queues_that_do_not_share_all_of_it_are_refused(string queues, string why) =>
        Package.WhyNot(new JsonObject { ["queues"] = queues }, "/lake").ShouldBe(new OptionRefusal(
            "queues", why, "NAME=SHARE,NAME=SHARE with up to 32 different names of small letters, digits, - and _, and shares that are whole numbers and add up to 100"));

    [Fact]
    public void What_jobs_can_look_into_knows_no_secret()
    {
        var service = Package.Specify(Clusters.Settings(Package));
        foreach (var (pod, ports, secrets) in new[] { ("nodemanager", "rpc localizer http shuffle", ""), ("gateway", "jobs", "JOBS_TOKEN"), ("historyserver", "rpc http admin", "") })
        {
            var command = service.Task(pod).Command(Clusters.Context(pod, ports, Peers)).Known();
            // Who has the token can have jobs run, which a job can already.
            string.Join(' ', command.Secrets.Keys).ShouldBe(secrets);
            command.Files.ShouldNotContain(file => file.Content.Contains("secret-", StringComparison.Ordinal));
        }
    }

    private static PlacedTask Placed(string name, string ports) =>
        new(name, "t", "10.0.0.1", ports.Split(' ').Select((port, index) => (port, index)).ToDictionary(each => each.port, each => 7000 + each.index), true);
}

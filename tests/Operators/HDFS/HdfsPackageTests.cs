using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.HDFS;

public sealed class HdfsPackageTests
{
    private static readonly DeclaredPackage Package = ShippedPackage.Read("hdfs");

    /// <summary>One of two NameNodes stands by, and which one only they know.</summary>
    [Theory]
    [InlineData("""{"writer":"ann"}""", 1)]
    [InlineData("""{"writer":"ann","available":true,"zookeeper":"ensemble"}""", 2)]
    public void Each_NameNode_serves_the_writers_folder(string options, int count)
    {
        var tasks = Enumerable.Range(0, count).SelectMany(index => new[] { Placed($"namenode-{index}-server", index, "rpc http"), Placed($"namenode-{index}-failover", index, "failover") }).ToDictionary(task => task.Name);
        Package.Endpoints(Clusters.Settings(Package, options), tasks).Where(endpoint => endpoint.Answers == EndpointView.Files).Select(endpoint => (endpoint.Name, endpoint.Url)).ShouldBe(
            new[] { ("webhdfs", "http://10.0.0.1:7001/webhdfs/v1/user/ann?user.name=ann"), ("webhdfs-1", "http://10.0.0.2:7001/webhdfs/v1/user/ann?user.name=ann") }.Take(count));
    }

    private static PlacedTask Placed(string name, int index, string ports) =>
        new(name, "t", $"10.0.0.{index + 1}", ports.Split(' ').Select((port, number) => (port, number)).ToDictionary(each => each.port, each => 7000 + each.number), true);
}

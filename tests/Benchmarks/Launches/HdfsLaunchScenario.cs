using System.Text.Json.Nodes;

namespace DataPlatform.Benchmarks.Launches;

public sealed class HdfsLaunchScenario : LaunchScenario
{
    public override string Name => "hdfs-launch";

    public override string Purpose => "a warm launch of HDFS (a NameNode and three DataNodes) against the same tasks started by hand";

    private protected override string Package => "hdfs";

    private protected override JsonObject Options => new() { ["datanodes"] = 3, ["namenode_memory"] = 256, ["disk"] = 1024 };

    /// <summary>When each of its tasks serves.</summary>
    internal static IReadOnlyList<Serving> Serves { get; } = [
        new("namenode", "http", "/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo", @"""Safemode"" : """""),
        new("datanode", "http", "/jmx?qry=Hadoop:service=DataNode,name=DataNodeActivity*", @"""BlockReportsNumOps"" : [1-9]"),
    ];

    private protected override IReadOnlyList<Serving> Servings => Serves;

    private protected override double WantedRatio => 0.8;

    private protected override double? WantedSeconds => 10;

    private protected override int Agents => 3;
}

using System.Text.Json.Nodes;

namespace DataPlatform.Benchmarks.Launches;

public sealed class HadoopLaunchScenario : LaunchScenario
{
    public override string Name => "hadoop-launch";

    public override string Purpose => "a warm launch of Hadoop (ResourceManager, two NodeManagers, history, a file system of its own) against the same tasks started by hand";

    private protected override string Package => "hadoop";

    private protected override JsonObject Options => new() { ["nodemanagers"] = 2, ["memory"] = 1024, ["gateway"] = false, ["disk"] = 1024 };

    private protected override IReadOnlyList<Serving> Servings => [
        new("namenode", "http", "/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo", @"""Safemode"" : """""),
        new("datanode", "http", "/jmx?qry=Hadoop:service=DataNode,name=DataNodeActivity*", @"""BlockReportsNumOps"" : [1-9]"),
        new("resourcemanager", "http", "/ws/v1/cluster/metrics", @"""activeNodes"":2"),
        new("historyserver", "http", "/ws/v1/history/info", "startedOn"),
    ];

    private protected override double WantedRatio => 0.8;

    private protected override double? WantedSeconds => 20;

    private protected override int Agents => 2;
}

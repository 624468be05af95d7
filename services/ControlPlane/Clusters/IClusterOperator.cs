using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>What the control plane asks of the operator of one package; behind it each cluster has a scheduler that speaks to the master over HTTP.</summary>
public interface IClusterOperator
{
    /// <summary>The package's name.</summary>
    string Name { get; }

    /// <summary>All options of the newest version, as they are when nobody says otherwise.</summary>
    JsonObject Defaults { get; }

    /// <summary>The newest version that can be launched, with the reason why it can't just now: that may take a look at files.</summary>
    PackageView Package { get; }

    /// <summary>One of its versions; null when there is no such version.</summary>
    PackageView? PackageOf(string version);

    /// <summary>These options, with the defaults of their version for those that are not among them.</summary>
    JsonObject Whole(JsonObject options);

    /// <summary>What a cluster with these options, all of them, would ask of hosts.</summary>
    IReadOnlyList<PodNeeds> Needs(JsonObject options);

    /// <summary>What of these options, all of which their schema allows, can't work here; null when nothing speaks against them.</summary>
    FieldProblem? Problem(JsonObject options);

    /// <summary>The same of what a cluster's operation is to be given.</summary>
    FieldProblem? Problem(JsonObject options, string operation, JsonObject inputs);

    /// <summary>Names of operations that are asked for by themselves of a cluster with these options, with how long after the last one.</summary>
    IReadOnlyDictionary<string, TimeSpan> Recurring(JsonObject options);

    /// <summary>Names of other clusters that one with these options connects to.</summary>
    IReadOnlyList<string> Connections(JsonObject options);

    /// <summary>Names of the variables by which others would reach a cluster with these options; none when it can't be reached.</summary>
    IReadOnlyList<string> Exports(JsonObject options);

    /// <summary>What becomes of the pods of a cluster whose options change so.</summary>
    IReadOnlyList<PodChange> Changes(JsonObject before, JsonObject after);

    /// <summary>The id of the cluster's framework, as soon as the master gave one.</summary>
    string? FrameworkIdOf(string clusterId);

    /// <summary>Ids of all clusters that there is anything of, or that were asked for.</summary>
    IReadOnlyCollection<string> Known { get; }

    /// <summary>Whether the cluster is one of <see cref="Known"/>.</summary>
    bool Knows(string clusterId);

    /// <summary>Brings the cluster to what is desired now. Asking twice does no harm.</summary>
    void Want(DesiredCluster cluster);

    /// <summary>Takes the cluster down. Asking twice does no harm.</summary>
    void Remove(DesiredCluster cluster);

    /// <summary>What is there of a cluster now; null when there is nothing.</summary>
    ClusterObservation? Observe(string clusterId);

    /// <summary>How one of a cluster's tables is asked for; null when nothing serves that could answer.</summary>
    TableCommand? Ask(string clusterId, string table);

    /// <summary>What one of a cluster's operations hands out, by its number; none before it is complete, or where it hands nothing out.</summary>
    IReadOnlyDictionary<string, string> HandedOut(string clusterId, int operation);

    /// <summary>Headers that opening an endpoint's page takes, such as a token of the engine. They never reach a browser.</summary>
    IReadOnlyDictionary<string, string> ProxyHeaders(string clusterId, string endpoint);

    /// <summary>Raised with the id of a cluster of which something changed.</summary>
    event Action<string>? Changed;
}

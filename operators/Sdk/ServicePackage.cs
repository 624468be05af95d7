using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk;

/// <summary>Knowledge of one engine, as its <c>package.yaml</c> declares it. All of it is pure; an operator does the rest.</summary>
public abstract class ServicePackage
{
    /// <summary>Lower-case letters; also the role of the operator's framework.</summary>
    public abstract string Name { get; }

    public abstract PackageDescription Description { get; }

    /// <summary>What a cluster may run on, the newest first.</summary>
    public virtual IReadOnlyList<string> Versions => [Description.Version];

    /// <summary>What one of <see cref="Versions"/> says of itself; null when there is no such version.</summary>
    public virtual PackageDescription? DescriptionOf(string version) => version == Description.Version ? Description : null;

    /// <summary>What a cluster with these options needs from the store.</summary>
    public abstract ArtifactNeeds Needs(JsonObject options);

    /// <summary>What to use when <see cref="Needs"/> can't be had; null when there is nothing else. Its reason is shown to people.</summary>
    public virtual AlternativeNeeds? Alternative(JsonObject options) => null;

    /// <summary>Names of other clusters that one with these options connects to. They need not be there.</summary>
    public virtual IReadOnlyList<string> Connections(JsonObject options) => [];

    public abstract ServiceSpecification Specify(ClusterSettings settings);

    /// <summary>Ways into the cluster, for those tasks that have a place.</summary>
    public abstract IReadOnlyList<EndpointView> Endpoints(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks);

    /// <summary>How to connect, to paste.</summary>
    public abstract IReadOnlyList<SnippetView> Snippets(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks);

    /// <summary>Variables by which other clusters' tasks reach this one; empty while there is no way in.</summary>
    public virtual IReadOnlyDictionary<string, string> Exports(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        new Dictionary<string, string>(0);

    /// <summary>What they need beside <see cref="Exports"/> to be let in.</summary>
    public virtual ClusterKeys Keys(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => ClusterKeys.None;

    /// <summary>Where the tasks that have a place show their measurements; options alone decide it, artifacts may be missing.</summary>
    public virtual IReadOnlyList<MeasuredPod> Measured(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => [];

    /// <summary>
    /// What the console's proxy adds to requests for one of <see cref="Endpoints"/>, such as the engine's own token: people who are logged in
    /// need no second login, and never see it.
    /// </summary>
    public virtual IReadOnlyDictionary<string, string> ProxyHeaders(ClusterSettings settings, string endpoint) => new Dictionary<string, string>(0);

    /// <summary>Variables that an operation hands out when it is complete; none where it hands nothing out, or there is no such operation any more.</summary>
    public virtual IReadOnlyDictionary<string, string> HandedOut(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks, WantedOperation operation) => new Dictionary<string, string>(0);

    /// <summary>How one of the specification's tables is asked for; null when there is none of this name, or nothing serves that could answer.</summary>
    public virtual TableQuestion? Ask(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks, string table) => null;

    /// <summary>What of these options, all of which the schema allows, can't work: asked before anything is launched. Null when nothing speaks against them.</summary>
    public virtual OptionRefusal? WhyNot(JsonObject options, string lakePath) => null;

    /// <summary>The same of what an operation is to be given, before it is asked for.</summary>
    public virtual OptionRefusal? WhyNot(JsonObject options, string operation, JsonObject inputs, string lakePath) => null;

    /// <summary>Names of operations that are asked for by themselves, with how long after the last one.</summary>
    public virtual IReadOnlyDictionary<string, TimeSpan> Recurring(JsonObject options) => new Dictionary<string, TimeSpan>(0);

    /// <summary>Folders of the lake that must be there before the first task starts.</summary>
    public virtual IReadOnlyList<LakeFolder> LakeFolders(ClusterSettings settings) => [];
}

/// <param name="Allowed">What would be taken, in words.</param>
public sealed record OptionRefusal(string Option, string Reason, string Allowed);

/// <param name="Why">What stands in for what, for people.</param>
public sealed record AlternativeNeeds(ArtifactNeeds Needs, string Why);

/// <param name="Path">Relative to the lake's root.</param>
/// <param name="Seed">A folder, absolute, whose files are copied in where they are not there yet; null for an empty folder.</param>
public sealed record LakeFolder(string Path, string? Seed = null);

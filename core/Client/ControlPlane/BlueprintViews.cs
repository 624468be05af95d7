namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>Brings up what a blueprint says, or changes what runs of it: <c>POST /api/v1/blueprints</c>.</summary>
/// <param name="Content">The file.</param>
/// <param name="File">What it is called in refusals.</param>
/// <param name="DryRun">Nothing is changed: the answer says what would be.</param>
public sealed record BlueprintRequest(string Content, string? File, bool? DryRun);

/// <summary>Asks for what runs as a blueprint: <c>POST /api/v1/blueprints/export</c>.</summary>
/// <param name="Of">A blueprint, or clusters.</param>
/// <param name="Name">What it is to be called; of clusters it is needed.</param>
public sealed record BlueprintExportRequest(IReadOnlyList<string> Of, string? Name);

public sealed record BlueprintDocument(string Name, string Content);

/// <summary>What bringing a blueprint up does or would do.</summary>
/// <param name="Clusters">In the order in which they get ready; those that are deleted last.</param>
/// <param name="IsWanted">False for a dry run.</param>
public sealed record BlueprintChangeView(string Blueprint, IReadOnlyList<ClusterChangeView> Clusters, bool IsWanted);

/// <param name="Change"><c>launched</c>, <c>changed</c>, <c>left</c> or <c>deleted</c>.</param>
/// <param name="Options">Those that change.</param>
/// <param name="Others">What changes beside options: <c>needs</c>, <c>lifetime</c>.</param>
/// <param name="Pods">Those that change, in the order in which they do.</param>
public sealed record ClusterChangeView(
    string Cluster, string Package, string Change, IReadOnlyList<OptionChangeView> Options, IReadOnlyList<OptionChangeView> Others, IReadOnlyList<PodChangeView> Pods);

/// <summary>Several clusters as one thing: <c>GET /api/v1/blueprints</c>.</summary>
/// <param name="Ready">How many of its clusters are ready.</param>
/// <param name="Reason">What the state waits for or why it failed, with the cluster that it is about.</param>
public sealed record BlueprintSummary(string Name, string Title, string Owner, ClusterState State, string? Reason, int Ready, int Clusters, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

/// <param name="Clusters">In the order in which they get ready.</param>
/// <param name="Content">The file as it was given.</param>
public sealed record BlueprintDetail(BlueprintSummary Summary, IReadOnlyList<BlueprintClusterView> Clusters, string Content);

/// <param name="Cluster">Null when there is none: it was deleted by itself.</param>
public sealed record BlueprintClusterView(string Name, string Package, IReadOnlyList<string> Needs, ClusterSummary? Cluster);

using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>
/// A package in several versions side by side, each with a declaration and a folder of its own. Which there are may change while clusters
/// run; what a version is, to a cluster that runs on it, does not. The option <c>version</c> of a cluster says which it runs on.
/// </summary>
public sealed class VersionedPackage : ServicePackage
{
    private volatile Known known;

    /// <param name="editions">At least one; each of one version.</param>
    public VersionedPackage(string name, IEnumerable<DeclaredPackage> editions) => (Name, known) = (name, Known.Of(editions));

    public override string Name { get; }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<DeclaredPackage> Editions => known.Editions;

    public override IReadOnlyList<string> Versions => known.Versions;

    /// <summary>Of the newest, as <see cref="Folder"/>.</summary>
    public override PackageDescription Description => known.Descriptions[0];

    public string Folder => Editions[0].Folder;

    public override PackageDescription? DescriptionOf(string version) => known.Descriptions.FirstOrDefault(description => description.Version == version);

    /// <summary>From now on there are these, at least one.</summary>
    public void Replace(IEnumerable<DeclaredPackage> editions) => known = Known.Of(editions);

    public override ArtifactNeeds Needs(JsonObject options) => Edition(options).Needs(options);

    public override AlternativeNeeds? Alternative(JsonObject options) => Edition(options).Alternative(options);

    public override IReadOnlyList<string> Connections(JsonObject options) => Edition(options).Connections(options);

    public override OptionRefusal? WhyNot(JsonObject options, string lakePath) => Edition(options).WhyNot(options, lakePath);

    public override OptionRefusal? WhyNot(JsonObject options, string operation, JsonObject inputs, string lakePath) => Edition(options).WhyNot(options, operation, inputs, lakePath);

    public override IReadOnlyDictionary<string, TimeSpan> Recurring(JsonObject options) => Edition(options).Recurring(options);

    public override IReadOnlyList<LakeFolder> LakeFolders(ClusterSettings settings) => Edition(settings.Options).LakeFolders(settings);

    public override ServiceSpecification Specify(ClusterSettings settings) => Edition(settings.Options).Specify(settings);

    public override IReadOnlyList<EndpointView> Endpoints(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => Edition(settings.Options).Endpoints(settings, tasks);

    public override IReadOnlyList<SnippetView> Snippets(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => Edition(settings.Options).Snippets(settings, tasks);

    public override IReadOnlyDictionary<string, string> Exports(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => Edition(settings.Options).Exports(settings, tasks);

    public override ClusterKeys Keys(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => Edition(settings.Options).Keys(settings, tasks);

    public override IReadOnlyDictionary<string, string> ProxyHeaders(ClusterSettings settings, string endpoint) => Edition(settings.Options).ProxyHeaders(settings, endpoint);

    public override IReadOnlyDictionary<string, string> HandedOut(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks, WantedOperation operation) => Edition(settings.Options).HandedOut(settings, tasks, operation);

    public override TableQuestion? Ask(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks, string table) => Edition(settings.Options).Ask(settings, tasks, table);

    public override IReadOnlyList<MeasuredPod> Measured(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => Edition(settings.Options).Measured(settings, tasks);

    /// <summary>What is not there any more is asked for only of targets that nothing runs on; the newest stands in for it.</summary>
    private DeclaredPackage Edition(JsonObject options)
    {
        var (editions, version) = (Editions, (options[DeclaredPackage.VersionOption] as JsonValue)?.ToString());
        return editions.FirstOrDefault(edition => edition.Version == version) ?? editions[0];
    }

    private sealed record Known(IReadOnlyList<DeclaredPackage> Editions, IReadOnlyList<string> Versions, IReadOnlyList<PackageDescription> Descriptions)
    {
        public static Known Of(IEnumerable<DeclaredPackage> editions)
        {
            IReadOnlyList<DeclaredPackage> sorted = [.. editions.OrderByDescending(edition => edition.Version, VersionOrder.Instance)];
            IReadOnlyList<string> versions = [.. sorted.Select(edition => edition.Version)];
            return new Known(sorted, versions, [.. sorted.Select(edition => DeclaredDescription.Of(edition.Declaration, versions))]);
        }
    }
}

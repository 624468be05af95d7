using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Blueprints;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Lake;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Blueprints;

/// <summary>
/// Brings several clusters up as one thing, changes them and takes them down. All of it is stored with one write before any scheduler hears
/// of it; in which order they get ready is kept by the schedulers, each of which waits for those that its cluster needs.
/// </summary>
public sealed class BlueprintDesk(
    Catalogue catalogue, ClusterStore clusters, BlueprintStore blueprints, BlueprintViews views, ClusterDependencies dependencies, Database database, ClusterChanges changes, LakeReader lake,
    MasterReader master, ControlPlaneSettings settings, TimeProvider time)
{
    private const string UsualFile = "blueprint.yaml";
    private const int LongestFile = 100;
    private const string NotInFile = "its blueprint does not name it any more";

    public async Task<BlueprintOutcome> UpAsync(BlueprintRequest request, string actor, CancellationToken cancellation)
    {
        var (hosts, _) = await master.HostsAsync(cancellation);
        return Guarded(() => Up(request, actor, hosts));
    }

    /// <summary>Asks for the deletion of all its clusters; asked again, the answer is the same.</summary>
    /// <param name="evenIfNeeded">Also when other clusters connect to one of them.</param>
    public BlueprintOutcome Down(string name, bool evenIfNeeded, string actor) => Guarded(() =>
    {
        if (blueprints.Find(name) is null) return Refused(BlueprintViews.Unknown(name));
        var leaving = clusters.Living().Where(cluster => cluster.Blueprint == name && cluster.DeleteRequestedAt is null).Reverse().ToList();
        if (!evenIfNeeded && dependencies.WhyKept([.. leaving.Select(cluster => cluster.Name)]) is { } needed) return Refused(needed);
        if (leaving.Count > 0)
        {
            var reason = "taken down with its blueprint by " + actor;
            var audited = leaving.Select(cluster => new AuditEntry(actor, "delete", cluster.Name, reason)).Prepend(new AuditEntry(actor, "down", name));
            if (blueprints.Write(new BlueprintWrite(null, [], [], leaving, time.GetUtcNow(), reason, [.. audited])) == BlueprintWriting.Overtaken) return Refused(Overtaken);
            Tell(leaving.Select(cluster => cluster.Id));
        }

        return views.Find(name) is { } detail ? new BlueprintOutcome.Down(detail) : Refused(BlueprintViews.Unknown(name));
    });

    /// <summary>What runs of a blueprint, or of clusters, as a blueprint that would bring it up.</summary>
    public BlueprintOutcome Export(BlueprintExportRequest request) => Guarded(() => BlueprintExport.Of(request, clusters.Living(), blueprints.All(), catalogue.Operators));

    private BlueprintOutcome Up(BlueprintRequest request, string actor, IReadOnlyList<HostView> hosts)
    {
        var file = request.File is { Length: > 0 and <= LongestFile } given && !given.Any(char.IsControl) ? given : UsualFile;
        var reading = BlueprintReader.Read(request.Content, file);
        if (reading is BlueprintReading.Refused(var unreadable)) return Refused(BlueprintProblems.Refusal(unreadable, 400));
        var living = clusters.Living();
        var declaration = ((BlueprintReading.Read)reading).Declaration;
        IReadOnlyList<string> datasets = declaration.Datasets.Count == 0 ? [] : [.. lake.List().Select(dataset => dataset.Path)];
        var resolving = BlueprintResolution.Of(declaration, file, catalogue.Operators, living, datasets, settings.DefaultLifetime);
        if (resolving is BlueprintResolving.Refused(var unknown)) return Refused(BlueprintProblems.Refusal(unknown, 400));
        var blueprint = ((BlueprintResolving.Resolved)resolving).Blueprint;
        var now = time.GetUtcNow();
        var steps = BlueprintDiff.Of(blueprint, living, now, out var conflicts);
        if (conflicts.Count > 0) return Refused(BlueprintProblems.Refusal(conflicts, 409));
        if (WhyNot(blueprint, steps, hosts) is { } problem) return Refused(problem);

        var change = new BlueprintChangeView(blueprint.Name, [.. steps.Select(View)], IsWanted: request.DryRun != true);
        if (request.DryRun == true) return new BlueprintOutcome.Up(change);
        var stored = blueprints.Find(blueprint.Name);
        if (stored?.Content == request.Content && steps.All(step => step is ClusterStep.Leave)) return new BlueprintOutcome.Up(change);
        var write = Write(blueprint, stored, steps, request.Content, actor, now);
        if (blueprints.Write(write) == BlueprintWriting.Overtaken) return Refused(Overtaken);
        Tell(write.Launched.Concat(write.Changed.Select(changed => changed.Before)).Concat(write.Deleted).Select(cluster => cluster.Id));
        return new BlueprintOutcome.Up(change);
    }

    /// <summary>What can't fit is refused as a whole: half of it would be of no use to anybody.</summary>
    private Problem? WhyNot(ResolvedBlueprint blueprint, IReadOnlyList<ClusterStep> steps, IReadOnlyList<HostView> hosts)
    {
        if (steps.OfType<ClusterStep.Delete>().Select(step => step.Cluster.Name).ToList() is { Count: > 0 } leaving && dependencies.WhyKept(leaving, but: blueprint.Name) is { } needed) return needed;
        return steps.Any(step => step is ClusterStep.Launch or ClusterStep.Change)
            ? Feasibility.WhyNot([.. blueprint.Clusters.SelectMany(cluster => cluster.Engine.Needs(cluster.Options))], hosts)
            : null;
    }

    private BlueprintWrite Write(ResolvedBlueprint blueprint, StoredBlueprint? stored, IReadOnlyList<ClusterStep> steps, string content, string actor, DateTimeOffset now)
    {
        // Of the same age, they stand in the order of their ids wherever clusters are listed.
        var launched = steps.OfType<ClusterStep.Launch>().Select((step, place) => new DesiredCluster(
            Guid.CreateVersion7(now.AddMilliseconds(place)).ToString("n"), step.Cluster.Name, step.Cluster.Engine.Name, step.Cluster.Package.Version, actor, step.Cluster.Options, now,
            now + (step.Cluster.Declared.Lifetime?.Value ?? settings.DefaultLifetime)) { Needs = step.Cluster.Needs, Blueprint = blueprint.Name }).ToList();
        var changed = steps.OfType<ClusterStep.Change>().ToList();
        var deleted = steps.OfType<ClusterStep.Delete>().Select(step => step.Cluster).ToList();
        var members = blueprint.Clusters.Select(cluster => new BlueprintMember(cluster.Name, cluster.Engine.Name, [.. cluster.Connected])).ToList();
        var audited = new List<AuditEntry> { new(actor, "up", blueprint.Name, $"number {(stored?.Number ?? 0) + 1}") };
        audited.AddRange(launched.Select(cluster => new AuditEntry(actor, "launch", cluster.Name, LaunchDesk.Detail(cluster.Id, cluster.Package, cluster.Options))));
        audited.AddRange(changed.Select(step => new AuditEntry(actor, "update", step.To.Before.Name, LaunchDesk.Detail(step.To.Before.Id, step.To.Before.Package, step.Cluster.Options))));
        audited.AddRange(deleted.Select(cluster => new AuditEntry(actor, "delete", cluster.Name, NotInFile)));
        return new BlueprintWrite(
            new StoredBlueprint(blueprint.Name, blueprint.Title, stored?.Owner ?? actor, content, members, (stored?.Number ?? 0) + 1, stored?.CreatedAt ?? now, now),
            launched, [.. changed.Select(step => step.To)], deleted, now, NotInFile, audited);
    }

    private void Tell(IEnumerable<string> ids)
    {
        var living = clusters.Living().ToDictionary(cluster => cluster.Id, StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (living.TryGetValue(id, out var cluster) && catalogue.Find(cluster.Package) is { } engine)
            {
                if (cluster.DeleteRequestedAt is null) engine.Want(cluster);
                else engine.Remove(cluster);
            }

            changes.Raise(id);
        }
    }

    private static ClusterChangeView View(ClusterStep step) => step switch
    {
        ClusterStep.Launch(var cluster) => new ClusterChangeView(cluster.Name, cluster.Engine.Name, "launched", [], [], []),
        ClusterStep.Change(_, _, var view) => view,
        ClusterStep.Leave(var cluster) => new ClusterChangeView(cluster.Name, cluster.Package, "left", [], [], []),
        ClusterStep.Delete(var cluster) => new ClusterChangeView(cluster.Name, cluster.Package, "deleted", [], [], []),
        _ => throw new InvalidOperationException(step.ToString()),
    };

    /// <summary>What the database refuses is refused to whoever asked, and nothing has changed.</summary>
    private BlueprintOutcome Guarded(Func<BlueprintOutcome> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (DatabaseRefusal.Of(error, database) is { } problem)
        {
            return Refused(problem);
        }
    }

    private static BlueprintOutcome.Refused Refused(Problem problem) => new(problem);

    private static Problem Overtaken => new("Somebody else changed something of it at the same moment", 409, "Nothing was changed. Look at it and ask again.", null);
}

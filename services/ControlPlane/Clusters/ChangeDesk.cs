using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Lake;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>
/// Takes what people want otherwise of a cluster that they have: other options, a pause, a restart. What is taken is stored before its
/// scheduler hears of it; a change that comes between is refused rather than lost.
/// </summary>
public sealed partial class ChangeDesk(Catalogue catalogue, ClusterStore clusters, Database database, ClusterChanges changes, ClusterDependencies dependencies, MasterReader master, LakeReader lake, TimeProvider time)
{
    public async Task<ChangeOutcome> UpdateAsync(string name, UpdateRequest request, string actor, CancellationToken cancellation)
    {
        var (hosts, _) = await master.HostsAsync(cancellation);
        return Guarded(name, (cluster, engine) =>
        {
            var problems = new List<FieldProblem>();
            if (GivenOptions.PackageOf(engine, ClusterVersions.In(request.Options) ?? Present(engine, cluster), null, problems) is not { } package)
                return Refused(Outcome.Invalid([problems[0] with { Field = "options.version" }]).Problem);
            // Another version may have other options: what it does not know goes, and what is new has its default.
            var options = OptionsCheck.WithDefaults(Carried(engine.OptionsOf(cluster), package), GivenOptions.Of(package, request.Size, request.Options, problems));
            problems.AddRange(OptionsCheck.Problems(package, options));
            if (problems.Count > 0) return Refused(Outcome.Invalid(problems).Problem);
            return Update(cluster, engine, package, OptionsCheck.WithDefaults(package.Defaults, package.With(options)), hosts, request.DryRun == true, actor, "update");
        });
    }

    /// <param name="number">Of the target whose options are wanted again; null for the one before the present.</param>
    public ChangeOutcome Rollback(string name, int? number, bool isDryRun, string actor) => Guarded(name, (cluster, engine) =>
    {
        var wanted = number ?? cluster.Target - 1;
        if (wanted == cluster.Target || cluster.Earlier.FirstOrDefault(earlier => earlier.Number == wanted) is not { } target)
        {
            var allowed = cluster.Earlier.Count == 0 ? "none: it was never changed" : string.Join(", ", cluster.Earlier.Select(earlier => earlier.Number));
            return Refused(new Problem("There is no such earlier target", 409, null, [new FieldProblem("target", $"the cluster is at target {cluster.Target}", allowed)]));
        }

        var options = engine.Pinned(target.Options, cluster.Version);
        if (engine.PackageOf(options) is not { } package)
            return Refused(new Problem("The version is not here any more", 409, "Nothing was changed.", [new FieldProblem("target", $"it ran on {cluster.Package} {ClusterVersions.In(options)}", $"a target on one of {GivenOptions.Versions(engine.Package)}")]));
        return Update(cluster, engine, package, engine.Whole(options), [], isDryRun, actor, $"rollback to {wanted}");
    });

    public ChangeOutcome Restart(string name, string actor) => Aim(name, actor, "restart", cluster => cluster.Aim with { Restarts = cluster.Aim.Restarts + 1 });

    /// <summary>All of the cluster's secrets become others.</summary>
    public ChangeOutcome Rotate(string name, string actor) => Aim(name, actor, "rotate", cluster => cluster.Aim with { Rotations = cluster.Aim.Rotations + 1 });

    public ChangeOutcome Retry(string name, string actor) => Aim(name, actor, "retry", cluster => cluster.Aim with { Retries = cluster.Aim.Retries + 1 });

    /// <param name="evenIfNeeded">Also when others connect to it, which then wait until it is back.</param>
    public ChangeOutcome Park(string name, string actor, bool evenIfNeeded) =>
        Guarded(name, (cluster, engine) => !evenIfNeeded && dependencies.WhyKept([name]) is { } kept
            ? Refused(kept)
            : Set(cluster, engine, cluster.Aim with { IsParked = true }, new AuditEntry(actor, "park", cluster.Name)));

    public ChangeOutcome Resume(string name, string actor) => Aim(name, actor, "resume", cluster => cluster.Aim with { IsParked = false });

    public ChangeOutcome Pause(string name, string actor) => Aim(name, actor, "pause", cluster => cluster.Aim with { IsPaused = true });

    public ChangeOutcome Continue(string name, string actor) => Aim(name, actor, "continue", cluster => cluster.Aim with { IsPaused = false });

    /// <summary>The pod begins anew, wherever there is room for it; what its volumes hold is lost.</summary>
    public ChangeOutcome Replace(string name, string pod, string actor) => Guarded(name, (cluster, engine) =>
    {
        var seen = engine.Observe(cluster.Id);
        var pods = (seen?.Volumes.Select(volume => volume.Pod) ?? []).Concat(seen?.Pending.Select(pending => pending.Pod) ?? []).Distinct().Order(StringComparer.Ordinal).ToList();
        if (!pods.Contains(pod))
            return Refused(new Problem("There is no such pod", 404, null, [new FieldProblem("pod", $"{pod} is no pod that has data or waits for a host", pods.Count == 0 ? "none has or does" : string.Join(", ", pods))]));
        var replacements = new SortedDictionary<string, int>(cluster.Aim.Replacements?.ToDictionary() ?? [], StringComparer.Ordinal);
        replacements[pod] = replacements.GetValueOrDefault(pod) + 1;
        return Set(cluster, engine, cluster.Aim with { Replacements = replacements }, new AuditEntry(actor, "replace", cluster.Name, pod));
    });

    /// <summary>The pod's steps of the plan are begun whatever stands before them.</summary>
    public ChangeOutcome Force(string name, string pod, string actor) =>
        Step(name, pod, actor, "force", aim => aim with { Forced = [.. aim.Forced.Append(pod).Distinct(StringComparer.Ordinal)] });

    /// <summary>The pod's steps of the plan are left out.</summary>
    public ChangeOutcome Skip(string name, string pod, string actor) =>
        Step(name, pod, actor, "skip", aim => aim with { Skipped = [.. aim.Skipped.Append(pod).Distinct(StringComparer.Ordinal)] });

    /// <summary>All targets of the cluster, the present one last; null when there is no such cluster.</summary>
    public IReadOnlyList<TargetView>? Targets(string name) => clusters.Find(name) is not { } cluster ? null :
    [
        .. cluster.Earlier.Select(earlier => new TargetView(earlier.Number, earlier.At, ClusterViews.Texts(earlier.Options), false)),
        new TargetView(cluster.Target, cluster.TargetAt, ClusterViews.Texts(cluster.Options), true),
    ];

    private ChangeOutcome Update(DesiredCluster cluster, IClusterOperator engine, PackageView package, JsonObject options, IReadOnlyList<HostView> hosts, bool isDryRun, string actor, string action)
    {
        if (FixedOptions.WhyNot(package, cluster.Options, options) is { } kept) return Refused(kept);
        if (Feasibility.WhyNot(engine, options, hosts) is { } infeasible) return Refused(infeasible);
        var present = engine.OptionsOf(cluster);
        var changed = OptionChanges.Of(present, options);
        var pods = changed.Count == 0 ? [] : OptionChanges.Pods(engine, present, options);
        if (isDryRun || changed.Count == 0) return new ChangeOutcome.Shown(new UpdateView(changed.Count == 0 ? cluster.Target : cluster.Target + 1, changed, pods, IsWanted: !isDryRun));
        var detail = new JsonObject { ["target"] = cluster.Target + 1, ["options"] = new JsonObject(changed.Select(option => KeyValuePair.Create(option.Option, (JsonNode?)option.After))) };
        if (!clusters.SetTarget(cluster, options, time.GetUtcNow(), new AuditEntry(actor, action, cluster.Name, detail.ToJsonString()))) return Overtaken;
        Tell(cluster.Id, engine);
        return new ChangeOutcome.Shown(new UpdateView(cluster.Target + 1, changed, pods, IsWanted: true));
    }

    /// <summary>The version that it runs on; null for the newest, where that is not here any more or none is ever chosen.</summary>
    private static string? Present(IClusterOperator engine, DesiredCluster cluster) => ClusterVersions.In(engine.OptionsOf(cluster)) is { } version && engine.PackageOf(version) is not null ? version : null;

    private static JsonObject Carried(JsonObject options, PackageView package) =>
        new(options.Where(option => option.Key != ClusterVersions.Option && package.Defaults.ContainsKey(option.Key)).Select(option => KeyValuePair.Create(option.Key, option.Value?.DeepClone())));

    private ChangeOutcome Step(string name, string pod, string actor, string action, Func<ClusterAim, ClusterAim> change) => Guarded(name, (cluster, engine) =>
    {
        var pods = engine.Observe(cluster.Id)?.Plans.SelectMany(plan => plan.Phases).SelectMany(phase => phase.Steps).Select(step => step.Name.Split(' ')[^1]).Distinct().ToList() ?? [];
        if (!pods.Contains(pod)) return Refused(new Problem("There is no such step", 404, null, [new FieldProblem("pod", "no plan of the cluster has a step of this pod", string.Join(", ", pods))]));
        return Set(cluster, engine, change(cluster.Aim), new AuditEntry(actor, action, cluster.Name, pod));
    });

    private ChangeOutcome Aim(string name, string actor, string action, Func<DesiredCluster, ClusterAim> change) =>
        Guarded(name, (cluster, engine) => Set(cluster, engine, change(cluster), new AuditEntry(actor, action, cluster.Name)));

    private ChangeOutcome Set(DesiredCluster cluster, IClusterOperator engine, ClusterAim aim, AuditEntry entry)
    {
        if (!clusters.SetAim(cluster, aim, entry)) return Overtaken;
        Tell(cluster.Id, engine);
        return new ChangeOutcome.Taken(cluster.Id);
    }

    private void Tell(string id, IClusterOperator engine)
    {
        if (clusters.FindById(id) is { DeleteRequestedAt: null } cluster) engine.Want(cluster);
        changes.Raise(id);
    }

    /// <summary>What the database refuses is refused to whoever asked, and nothing has changed.</summary>
    private ChangeOutcome Guarded(string name, Func<DesiredCluster, IClusterOperator, ChangeOutcome> change)
    {
        try
        {
            if (clusters.Find(name) is not { } cluster) return Refused(Outcome.Unknown(name).Problem);
            if (cluster.DeleteRequestedAt is not null) return Refused(new Problem("The cluster is being deleted", 409, null, null));
            if (catalogue.Find(cluster.Package) is not { } engine) return Refused(new Problem("The package is not here", 409, $"This control plane has no package {cluster.Package}.", null));
            return change(cluster, engine);
        }
        catch (Exception error) when (DatabaseRefusal.Of(error, database) is { } problem)
        {
            return Refused(problem);
        }
    }

    private static ChangeOutcome.Refused Refused(Problem problem) => new(problem);

    private static ChangeOutcome.Refused Overtaken => Refused(new Problem("Somebody else changed the cluster at the same moment", 409, "Nothing was changed. Look at it and ask again.", null));
}

/// <summary>What became of a request to change a cluster.</summary>
public abstract record ChangeOutcome
{
    private ChangeOutcome() { }

    public sealed record Taken(string ClusterId) : ChangeOutcome;

    public sealed record Shown(UpdateView Update) : ChangeOutcome;

    public sealed record Refused(Problem Problem) : ChangeOutcome;
}

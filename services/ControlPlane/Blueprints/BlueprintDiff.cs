using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Blueprints;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Blueprints;

/// <summary>What is to happen to one cluster of a blueprint.</summary>
public abstract record ClusterStep
{
    private ClusterStep() { }

    public sealed record Launch(ResolvedCluster Cluster) : ClusterStep;

    public sealed record Change(ChangedCluster To, ResolvedCluster Cluster, ClusterChangeView View) : ClusterStep;

    public sealed record Leave(DesiredCluster Cluster) : ClusterStep;

    public sealed record Delete(DesiredCluster Cluster) : ClusterStep;
}

/// <summary>What a blueprint says, against what there is. Pure.</summary>
public static class BlueprintDiff
{
    /// <param name="living">All clusters, of whatever blueprint.</param>
    /// <param name="problems">Why it can't be, in the order of the file.</param>
    public static IReadOnlyList<ClusterStep> Of(ResolvedBlueprint blueprint, IReadOnlyList<DesiredCluster> living, DateTimeOffset now, out IReadOnlyList<PackageProblem> problems)
    {
        var found = new BlueprintProblems(blueprint.File);
        var byName = living.ToDictionary(cluster => cluster.Name, StringComparer.Ordinal);
        var steps = new List<ClusterStep>();
        foreach (var wanted in blueprint.Clusters)
        {
            if (!byName.TryGetValue(wanted.Name, out var there)) steps.Add(new ClusterStep.Launch(wanted));
            else if (WhyNot(blueprint.Name, wanted, there, now) is var (at, message, allowed)) found.Add(at, message, allowed);
            else if (FixedOptions.Problems(wanted.Package, there.Options, wanted.Options) is { Count: > 0 } kept)
                foreach (var problem in kept) found.Add(DeclaredOptions.At(wanted.Declared, problem.Field), $"{problem.Field["options.".Length..]} {problem.Message}", problem.Allowed);
            else steps.Add(Compared(wanted, there));
        }

        steps.AddRange(living.Where(cluster => cluster.Blueprint == blueprint.Name && cluster.DeleteRequestedAt is null && blueprint.Clusters.All(wanted => wanted.Name != cluster.Name))
            .Select(cluster => new ClusterStep.Delete(cluster)));
        problems = found.InOrder;
        return steps;
    }

    private static (Marked<string> At, string Message, string Allowed)? WhyNot(string blueprint, ResolvedCluster wanted, DesiredCluster there, DateTimeOffset now)
    {
        var name = wanted.Declared.Name;
        if (there.DeleteRequestedAt is not null) return (name, $"{name.Value} is still being deleted", "its name is free when it is gone");
        if (there.Blueprint != blueprint)
            return (name, $"there is a cluster {name.Value} already, of {(there.Blueprint is null ? "no blueprint" : $"the blueprint {there.Blueprint}")}", "a name that no other cluster has");
        if (there.Package != wanted.Engine.Name)
            return (wanted.Declared.Package, $"{name.Value} is a cluster of {there.Package}, which can't become another", $"{there.Package}, or another name");
        return End(wanted, there) is { } end && end <= now
            ? (new Marked<string>("", wanted.Declared.Lifetime!.Line, wanted.Declared.Lifetime.Column), $"{name.Value} would have ended by now: it was launched {there.CreatedAt.ToString("u", CultureInfo.InvariantCulture)}", "a longer lifetime")
            : null;
    }

    private static ClusterStep Compared(ResolvedCluster wanted, DesiredCluster there)
    {
        var present = wanted.Engine.OptionsOf(there);
        var options = OptionChanges.Of(present, wanted.Options);
        var others = new List<OptionChangeView>();
        var needsOthers = !there.Needs.ToHashSet().SetEquals(wanted.Needs);
        if (needsOthers) others.Add(new OptionChangeView("needs", string.Join(", ", there.Needs), string.Join(", ", wanted.Needs)));
        var end = End(wanted, there) is { } at && at != there.ExpiresAt ? at : (DateTimeOffset?)null;
        if (end is not null) others.Add(new OptionChangeView("lifetime", Text(there.ExpiresAt - there.CreatedAt), Text(wanted.Declared.Lifetime!.Value)));
        if (options.Count + others.Count == 0) return new ClusterStep.Leave(there);
        var pods = options.Count == 0 ? [] : OptionChanges.Pods(wanted.Engine, present, wanted.Options);
        if (needsOthers) pods.Add(new PodChangeView("every pod", "restarted", "the cluster needs others than before"));
        return new ClusterStep.Change(
            new ChangedCluster(there, options.Count > 0 || needsOthers ? wanted.Options : null, wanted.Needs, end), wanted,
            new ClusterChangeView(there.Name, there.Package, "changed", options, others, pods));
    }

    /// <summary>A lifetime that the file does not name stays as it is.</summary>
    private static DateTimeOffset? End(ResolvedCluster wanted, DesiredCluster there) => wanted.Declared.Lifetime is { } lifetime ? there.CreatedAt + lifetime.Value : null;

    private static string Text(TimeSpan lifetime) => WebConsole.Words.Duration(lifetime);
}

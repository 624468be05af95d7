using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>Takes what people ask for, refuses what can't be, stores the rest as desired and tells the operator.</summary>
public sealed class LaunchDesk(
    Catalogue catalogue, ClusterStore clusters, ClusterDependencies dependencies, Database database, ClusterChanges changes, ControlPlaneSettings settings, MasterReader master,
    TimeProvider time)
{
    /// <summary>A master that can't be asked holds nothing up: what does not fit then waits, with its reason.</summary>
    public async Task<Outcome> LaunchAsync(LaunchRequest request, string actor, CancellationToken cancellation)
    {
        var (hosts, _) = await master.HostsAsync(cancellation);
        return OrRefusal(() => Launch(request, actor, hosts));
    }

    private Outcome Launch(LaunchRequest request, string actor, IReadOnlyList<HostView> hosts)
    {
        var errors = new List<FieldProblem>();
        if (!ClusterName.IsValid(request.Name)) errors.Add(new FieldProblem("name", "this name can't be used", ClusterName.Allowed));
        if (request.LifetimeSeconds is { } asked && !Lifetime.IsAllowed(asked)) errors.Add(new FieldProblem("lifetime_seconds", "out of range", Lifetime.Allowed));
        if (request.Package is null || catalogue.Find(request.Package) is not { } engine)
        {
            errors.Add(new FieldProblem("package", "no such package", string.Join(", ", catalogue.Operators.Select(one => one.Name))));
            return Outcome.Invalid(errors);
        }

        if (GivenOptions.PackageOf(engine, request.Version, request.Options, errors) is not { } package) return Outcome.Invalid(errors);
        var given = package.With(GivenOptions.Of(package, request.Size, request.Options, errors));
        errors.AddRange(OptionsCheck.Problems(package, given));
        IReadOnlyList<string> needs = [.. (request.Needs ?? []).Distinct(StringComparer.Ordinal)];
        if (errors.Count == 0 && needs.Count > 0)
            errors.AddRange(new LaunchNeeds(clusters.Living(), catalogue.Operators).Problems(request.Name, needs, engine.Connections(OptionsCheck.WithDefaults(package.Defaults, given))));
        if (errors.Count > 0) return Outcome.Invalid(errors);
        if (package.UnavailableReason is { } reason)
            return new Outcome.Refused(new Problem("The package is not available here", 409, reason, [new FieldProblem("package", reason, null)]));

        var options = OptionsCheck.WithDefaults(package.Defaults, given);
        if (Feasibility.WhyNot(engine, options, hosts) is { } infeasible) return new Outcome.Refused(infeasible);

        var now = time.GetUtcNow();
        var cluster = new DesiredCluster(
            Guid.CreateVersion7(now).ToString("n"), request.Name, package.Name, package.Version, actor,
            options, now,
            now + (request.LifetimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : settings.DefaultLifetime)) { Needs = needs };
        if (!clusters.TryAdd(cluster, new AuditEntry(actor, "launch", cluster.Name, Detail(cluster.Id, cluster.Package, cluster.Options)))) return Taken(request.Name);
        engine.Want(cluster);
        changes.Raise(cluster.Id);
        return new Outcome.Accepted(cluster);
    }

    /// <summary>What the audit keeps of a cluster's options.</summary>
    internal static string Detail(string id, string package, JsonObject options) => new JsonObject { ["id"] = id, ["package"] = package, ["options"] = options.DeepClone() }.ToJsonString();

    public Outcome Extend(string name, long seconds, string actor) => OrRefusal(() =>
    {
        if (clusters.Find(name) is not { } cluster) return Outcome.Unknown(name);
        if (cluster.DeleteRequestedAt is not null) return new Outcome.Refused(new Problem("The cluster is being deleted", 409, null, null));
        if (Lifetime.Extended(cluster.ExpiresAt, time.GetUtcNow(), seconds) is not { } end)
            return Outcome.Invalid([new FieldProblem("seconds", "out of range", Lifetime.Allowed + "; no cluster may end later than 30 days from now")]);
        clusters.SetExpiry(cluster.Id, end, new AuditEntry(actor, "extend", name, $"until {end:O}"));
        changes.Raise(cluster.Id);
        return new Outcome.Accepted(cluster with { ExpiresAt = end });
    });

    /// <summary>Asks for a deletion; asked again, the answer is the same.</summary>
    /// <param name="evenIfNeeded">Also when other clusters connect to it.</param>
    public Outcome Delete(string name, string actor, string reason, bool evenIfNeeded = false) => OrRefusal(() =>
    {
        if (clusters.Find(name) is not { } cluster) return Outcome.Unknown(name);
        if (!evenIfNeeded && cluster.DeleteRequestedAt is null && dependencies.WhyKept([name]) is { } needed) return new Outcome.Refused(needed);
        clusters.RequestDelete(cluster.Id, time.GetUtcNow(), reason, new AuditEntry(actor, "delete", name, reason));
        if (catalogue.Find(cluster.Package) is { } engine) engine.Remove(cluster);
        changes.Raise(cluster.Id);
        return new Outcome.Accepted(clusters.FindById(cluster.Id) ?? cluster);
    });

    /// <summary>What the database refuses is refused to whoever asked, and nothing has changed.</summary>
    private Outcome OrRefusal(Func<Outcome> change)
    {
        try
        {
            return change();
        }
        catch (Exception error) when (DatabaseRefusal.Of(error, database) is { } problem)
        {
            return new Outcome.Refused(problem);
        }
    }

    private static Outcome.Refused Taken(string name) => new(new Problem(
        "The name is taken", 409, $"A cluster named '{name}' lives already.",
        [new FieldProblem("name", "a cluster of this name lives already", "a name that no living cluster has")]));
}

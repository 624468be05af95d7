using System.Collections.Specialized;
using System.Web;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Services.ControlPlane.WebConsole;

/// <summary>By what clusters are put in order.</summary>
public enum ClusterOrder { Name, State, Package, Owner, Holds, Activity, Ends }

/// <summary>Which clusters a person wants to see, and in which order; stands in the page's address, so that it can be kept and sent to others. Pure.</summary>
/// <param name="Text">Words, each of which is in the name, package, owner, blueprint, state or reason.</param>
/// <param name="State">Null for all.</param>
/// <param name="IdleOnly">Only those that are proved to do nothing.</param>
public sealed record ClusterFilter(string Text, ClusterState? State, bool IdleOnly, ClusterOrder Order, bool IsDescending)
{
    public static ClusterFilter All { get; } = new("", null, false, ClusterOrder.Name, false);

    /// <summary>What can't be read is as if it was not there.</summary>
    public static ClusterFilter Of(string query)
    {
        var asked = HttpUtility.ParseQueryString(query);
        return new ClusterFilter(asked["q"] ?? "", Named<ClusterState>(asked["state"]), asked["idle"] == "true", Named<ClusterOrder>(asked["sort"]) ?? ClusterOrder.Name, asked["down"] == "true");
    }

    /// <summary>Empty when it is <see cref="All"/>.</summary>
    public string Query()
    {
        NameValueCollection parts = HttpUtility.ParseQueryString("");
        if (Text.Length > 0) parts["q"] = Text;
        if (State is { } state) parts["state"] = state.ToString();
        if (IdleOnly) parts["idle"] = "true";
        if (Order != ClusterOrder.Name) parts["sort"] = Order.ToString();
        if (IsDescending) parts["down"] = "true";
        return parts.Count == 0 ? "" : "?" + parts;
    }

    /// <summary>In another order; the same once more is the other way round.</summary>
    public ClusterFilter By(ClusterOrder order) => this with { Order = order, IsDescending = order == Order && !IsDescending };

    public bool Matches(ClusterSummary cluster) =>
        (State is null || cluster.State == State) && (!IdleOnly || cluster.Activity?.State == ActivityState.Idle)
        && Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => Says(cluster).Any(text => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true));

    /// <summary>Those that match. Where two are alike, names decide.</summary>
    public IReadOnlyList<ClusterSummary> Apply(IEnumerable<ClusterSummary> clusters)
    {
        var matching = clusters.Where(Matches).OrderBy(cluster => cluster.Name, StringComparer.Ordinal);
        return [.. Order switch
        {
            ClusterOrder.Name => IsDescending ? matching.Reverse() : matching,
            ClusterOrder.State => Sorted(matching, cluster => Urgency(cluster.State)),
            ClusterOrder.Package => Sorted(matching, cluster => cluster.Package, StringComparer.Ordinal),
            ClusterOrder.Owner => Sorted(matching, cluster => cluster.Owner, StringComparer.Ordinal),
            ClusterOrder.Holds => Sorted(matching, cluster => (cluster.Reserved.MemoryMebibytes, cluster.Reserved.MilliCpus)),
            ClusterOrder.Activity => Sorted(matching, IdleSince),
            ClusterOrder.Ends => Sorted(matching, cluster => cluster.ExpiresAt),
            _ => throw new System.Diagnostics.UnreachableException(),
        }];
    }

    private IEnumerable<ClusterSummary> Sorted<T>(IEnumerable<ClusterSummary> clusters, Func<ClusterSummary, T> key, IComparer<T>? comparer = null) =>
        IsDescending ? clusters.OrderByDescending(key, comparer) : clusters.OrderBy(key, comparer);

    private static IEnumerable<string?> Says(ClusterSummary cluster) =>
        [cluster.Name, cluster.Package, cluster.Version, cluster.Owner, cluster.Blueprint, cluster.State.ToString(), cluster.Reason];

    /// <summary>What needs somebody comes first.</summary>
    private static int Urgency(ClusterState state) => state switch
    {
        ClusterState.Failed => 0,
        ClusterState.Degraded => 1,
        ClusterState.Pending => 2,
        ClusterState.Starting => 3,
        ClusterState.Ready => 4,
        ClusterState.Parking => 5,
        ClusterState.Parked => 6,
        ClusterState.Deleting => 7,
        _ => 8,
    };

    /// <summary>Who has been idle longest comes first; who works, or may, last.</summary>
    private static DateTimeOffset IdleSince(ClusterSummary cluster) => cluster.Activity is { State: ActivityState.Idle, LastAt: { } last } ? last : DateTimeOffset.MaxValue;

    private static T? Named<T>(string? name) where T : struct, Enum => Enum.TryParse<T>(name, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : null;
}

using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>What changes with a cluster's options, for people. Pure.</summary>
internal static class OptionChanges
{
    public static List<OptionChangeView> Of(JsonObject before, JsonObject after)
    {
        var (was, willBe) = (ClusterViews.Texts(before), ClusterViews.Texts(after));
        return
        [
            .. willBe.Where(option => was.GetValueOrDefault(option.Key) != option.Value).Select(option => new OptionChangeView(option.Key, was.GetValueOrDefault(option.Key, ""), option.Value)),
            .. was.Where(option => !willBe.ContainsKey(option.Key)).Select(option => new OptionChangeView(option.Key, option.Value, "")),
        ];
    }

    /// <summary>In the order in which they change.</summary>
    public static List<PodChangeView> Pods(IClusterOperator engine, JsonObject before, JsonObject after) =>
        [.. engine.Changes(before, after).Select(pod => new PodChangeView(pod.Pod, pod.Kind.ToString().ToLowerInvariant(), pod.Why))];
}

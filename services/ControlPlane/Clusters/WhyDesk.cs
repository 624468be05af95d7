using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>Why pods wait: what their operator says of offers, and what the master says of every host.</summary>
public sealed class WhyDesk(ClusterViews views, ClusterStore clusters, Catalogue catalogue, PendingReader master, MasterReader pool, TimeProvider time)
{
    /// <summary>Pods that ask for the same share one question; the master is not asked more of them for one answer.</summary>
    private const int MostQuestions = 8;

    /// <summary>Of the pods that get their places together the master looks at no more.</summary>
    private const int MostTogether = 1_000;

    /// <param name="task">A task or a pod; null for all that wait.</param>
    /// <returns>Null when there is no such cluster.</returns>
    public async Task<ClusterWhy?> OfClusterAsync(string name, string? task, CancellationToken cancellation)
    {
        if (clusters.Find(name) is not { } cluster || views.FindById(cluster.Id) is not { } detail) return null;
        var engine = catalogue.Find(cluster.Package);
        var observed = engine?.Observe(cluster.Id);
        var pending = (observed?.Pending ?? []).Where(pod => task is null || pod.Pod == task || pod.Tasks.Contains(task)).ToList();
        var (endings, idle) = Endings(except: cluster.Id);
        IReadOnlyList<ClusterEnding> named = [.. endings, .. idle];
        // All that lack a place get theirs at the same time: whichever of them is asked after.
        var together = (observed?.Pending ?? []).Where(pod => pod.LacksPlace).Select(pod => Resources(pod.Asked)).OfType<string>().Take(MostTogether).ToList();
        var answers = new Dictionary<AmountsView, PendingReading>();
        foreach (var asked in pending.Where(pod => pod.WaitsFor is null).Select(pod => pod.Asked).Distinct().Take(MostQuestions))
        {
            answers[asked] = engine?.FrameworkIdOf(cluster.Id) is { } framework
                ? await master.ReadAsync(Question(framework, Resources(asked), endings, idle, together), cancellation)
                : new PendingReading.Unreachable("its scheduler is not registered with the master");
        }

        var away = answers.Values.OfType<PendingReading.Unreachable>().FirstOrDefault()?.Reason;
        IReadOnlyList<HostView> hosts = [];
        // A master that has just not answered is not waited for twice.
        if (pending.Count > 0 && away is null) (hosts, away) = await pool.HostsAsync(cancellation);
        var why = new ClusterWhy(cluster.Name, detail.Summary.State, detail.Summary.Reason,
            [.. pending.Select(pod => Why(pod, detail.Waiting, pod.WaitsFor is null ? answers.GetValueOrDefault(pod.Asked) : null, named))])
        {
            WaitsForTurnOf = observed?.WaitsForTurnOf,
        };
        return WhySummary.Of(why, task, detail.IsPaused, hosts, away, time.GetUtcNow());
    }

    /// <summary>Of any framework, whoever's it is.</summary>
    public async Task<(PendingReading Reading, PoolWhy? Why)> OfFrameworkAsync(string frameworkId, string? role, string? resources, CancellationToken cancellation)
    {
        var (endings, idle) = Endings(except: null);
        var question = Question(frameworkId, resources, endings, idle);
        if (role is not null) question.Role = role;
        var reading = await master.ReadAsync(question, cancellation);
        return (reading, reading is PendingReading.Told(var answer) ? PoolReasons.Of(answer, [.. endings, .. idle], time.GetUtcNow()) : null);
    }

    private PodWhy Why(PendingPod pod, IReadOnlyList<PlacementReason> refusals, PendingReading? reading, IReadOnlyList<ClusterEnding> endings) => new(
        pod.Pod, pod.Tasks, pod.Asked, pod.Ports, pod.WaitsFor, [.. refusals.Where(refusal => refusal.Pod == pod.Pod)],
        reading is PendingReading.Told(var answer) ? PoolReasons.OfCluster(answer, endings, time.GetUtcNow()) : null,
        reading switch
        {
            PendingReading.Told => null,
            PendingReading.Refused refused => refused.Reason,
            PendingReading.Unreachable unreachable => unreachable.Reason,
            _ => pod.WaitsFor is null ? $"the master was asked for {MostQuestions} other sizes of pods" : null,
        });

    /// <returns>All that end some time, and those of them that do nothing and that nobody would miss.</returns>
    private (IReadOnlyList<ClusterEnding> InOrder, IReadOnlyList<ClusterEnding> Idle) Endings(string? except)
    {
        var now = time.GetUtcNow();
        var living = clusters.Living().Select(cluster => (cluster, engine: catalogue.Find(cluster.Package))).ToList();
        var needed = living.Where(pair => !pair.cluster.Aim.IsParked && pair.cluster.DeleteRequestedAt is null)
            .SelectMany(pair => pair.engine?.Connected(pair.cluster.Options, pair.cluster.Needs) ?? pair.cluster.Needs).ToHashSet(StringComparer.Ordinal);
        var endings = living.Where(pair => pair.cluster.Id != except)
            .Select(pair => pair.engine?.FrameworkIdOf(pair.cluster.Id) is { } framework && pair.engine.Observe(pair.cluster.Id) is { } observed
                ? ClusterEnding.Of(pair.cluster, observed, framework, now) : null)
            .OfType<ClusterEnding>().ToList();
        return (ClusterEnding.InOrder(endings), ClusterEnding.Idle(endings.Where(ending => !needed.Contains(ending.Name))));
    }

    private static PendingCall Question(string frameworkId, string? resources, IReadOnlyList<ClusterEnding> endings, IReadOnlyList<ClusterEnding> idle, IReadOnlyList<string>? together = null)
    {
        var call = new PendingCall { FrameworkId = new FrameworkID { Value = frameworkId } };
        if (resources is not null) call.Resources = resources;
        call.Endings.Add(endings.Select(ending => ending.ToMessage()));
        call.Idle.Add(idle.Select(ending => ending.ToMessage()));
        call.Together.Add(together ?? []);
        return call;
    }

    private static string? Resources(AmountsView asked)
    {
        var amounts = new[] { ("cpus", asked.MilliCpus / 1000m), ("mem", asked.MemoryMebibytes), ("disk", asked.DiskMebibytes) }.Where(amount => amount.Item2 > 0);
        var text = string.Join(';', amounts.Select(amount => $"{amount.Item1}:{amount.Item2.ToString("0.###", CultureInfo.InvariantCulture)}"));
        return text.Length == 0 ? null : text;
    }
}

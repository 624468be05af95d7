using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;

namespace DataPlatform.Simulation.Tests;

/// <content>What people want of the cluster.</content>
internal sealed partial class SimulatedScheduler
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(10);

    private WantedCluster wanted;
    private bool isOver;
    private TimeSpan nextLook;

    /// <summary>It has been ready at least once, or nobody waited for that.</summary>
    public bool HasBeenReady { get; private set; }

    /// <summary>Nothing is wanted any more, and nothing is left.</summary>
    public bool IsDone => isOver && core.IsGone;

    /// <summary>What was wanted is there, each of it once: from now on nothing is.</summary>
    public void EndWhenComplete()
    {
        if (isOver || !IsComplete)
            return;
        Delete();
    }

    /// <summary>People change what they want, whatever is under way.</summary>
    public string ChangeMind(int detail)
    {
        if (isOver)
            return "nothing, it is deleted";
        var (kind, number) = (detail % 10, detail / 10);
        if (kind == 9 && number % 6 == 0)
        {
            Delete();
            return "that it is deleted";
        }

        Want(kind switch
        {
            0 => wanted with { Restarts = wanted.Restarts + 1 },
            1 => wanted with { Goal = wanted.Goal == ClusterGoal.Park ? ClusterGoal.Run : ClusterGoal.Park },
            2 or 3 or 4 => Operated(),
            5 or 6 => Targeted(number),
            _ => Replaced(number),
        });
        return $"{wanted.Options.ToJsonString()} to {wanted.Goal}, {wanted.Restarts} restarts, operations {string.Join(" ", wanted.Operations.Select(operation => operation.Number))}, replacements {string.Join(" ", wanted.Replacements)}";
    }

    /// <summary>Nobody changes anything any more, but what is wanted is to run, and what went with its host is given up.</summary>
    public void MakeUpMind()
    {
        if (isOver || cluster.Steady < nextLook)
            return;
        nextLook = cluster.Steady + LooksEvery;
        var lost = Documents.Load().Pods.Where(record => record.Volumes is { IsUsed: true } volumes && cluster.Master.State.RemovedAgents.ContainsKey(volumes.AgentId)).Select(record => record.Name).ToList();
        if (wanted.Goal != ClusterGoal.Run)
            Want(wanted with { Goal = ClusterGoal.Run });
        foreach (var pod in lost)
            Want(Replaced(pod));
    }

    private bool IsComplete => Running.Select(process => process.Name).Order(StringComparer.Ordinal)
        .SequenceEqual(SimulatedPackage.TasksOf(wanted.Options).Select(task => $"{wanted.Name}/{task}").Order(StringComparer.Ordinal))
        && core.Observe(cluster.Wall) is { State: ClusterState.Ready } seen && seen.Operations.All(operation => operation.State is StepState.Complete or StepState.Failed);

    private void Want(WantedCluster next)
    {
        wanted = next;
        commands.Enqueue(new SchedulerCommand.Want(wanted));
    }

    private void Delete()
    {
        HasBeenReady = isOver = true;
        commands.Enqueue(new SchedulerCommand.Remove());
    }

    private WantedCluster Targeted(int number) => wanted with
    {
        Target = wanted.Target + 1, TargetAt = time.Now,
        Options = new JsonObject { ["workers"] = 1 + (number % 3), ["size"] = cluster.PodSize + (number / 3 % 2), ["motto"] = number % 4, ["data"] = wanted.Options["data"]!.DeepClone() },
        Earlier = new Dictionary<int, JsonObject>(wanted.Earlier) { [wanted.Target] = wanted.Options },
    };

    /// <summary>Of what has ended long ago nothing is remembered.</summary>
    private WantedCluster Operated()
    {
        var over = (core.Observe(cluster.Wall)?.Operations ?? []).Where(operation => operation.State is StepState.Complete or StepState.Failed).Select(operation => operation.Number).ToList();
        var last = wanted.Operations.Select(operation => operation.Number).DefaultIfEmpty().Max();
        return wanted with
        {
            Operations =
            [
                .. wanted.Operations.Where(operation => operation.Number == last || !over.Contains(operation.Number)),
                new WantedOperation(last + 1, SimulatedPackage.Operation, null, time.Now),
            ],
        };
    }

    /// <summary>As the control plane: only what has data, or waits for a host.</summary>
    private WantedCluster Replaced(int number)
    {
        var seen = core.Observe(cluster.Wall);
        var pods = (seen?.Volumes.Select(volume => volume.Pod) ?? []).Concat(seen?.Pending.Select(pending => pending.Pod) ?? []).Distinct().Order(StringComparer.Ordinal).ToList();
        return pods.Count == 0 ? wanted : Replaced(pods[number % pods.Count]);
    }

    private WantedCluster Replaced(string pod) => wanted with { Replacements = new Dictionary<string, int>(wanted.Replacements) { [pod] = wanted.Replacements.GetValueOrDefault(pod) + 1 } };
}

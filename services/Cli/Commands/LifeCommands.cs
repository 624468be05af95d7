using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

/// <summary>What people ask of a cluster's life in one word; each returns as soon as it is accepted.</summary>
public static class LifeCommands
{
    public static IEnumerable<Command> Create(Surroundings surroundings)
    {
        yield return Change(surroundings, "restart", "Starts all pods of a cluster again, one after another", "is being restarted");
        yield return Change(surroundings, "rotate", "Replaces a cluster's secrets: ends its pods and starts them with others; what it held in memory is lost", "gets other secrets");
        yield return Change(surroundings, "retry", "Tries again what has failed", "is tried again");
        yield return Park(surroundings);
        yield return Change(surroundings, "resume", "Brings a parked cluster up again", "is coming up again");
        yield return Replace(surroundings);
        yield return Plan(surroundings);
    }

    private static ExampledCommand Park(Surroundings surroundings)
    {
        var (cluster, needed) = (Shared.Cluster(surroundings), Shared.EvenIfNeeded());
        var command = new ExampledCommand("park", "Ends a cluster's pods and gives their places back; what it keeps stays", "dp park trial", "dp park trial --even-if-needed") { cluster, needed };
        command.SetAction(async (parsed, cancellation) =>
            await AskAsync(surroundings, parsed, parsed.GetRequiredValue(cluster), parsed.GetValue(needed) ? "park?even_if_needed=true" : "park", "is being parked", cancellation));
        return command;
    }

    private static ExampledCommand Replace(Surroundings surroundings)
    {
        var (cluster, pod, yes) = (Shared.Cluster(surroundings), Pod(), Shared.Yes());
        var command = new ExampledCommand("replace", "Begins a pod anew, on another host where its own is away; what its volumes hold is lost", "dp replace trial worker-3", "dp replace trial worker-3 --yes") { cluster, pod, yes };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (name, which) = (parsed.GetRequiredValue(cluster), parsed.GetRequiredValue(pod));
            if (!parsed.GetValue(yes) && !await surroundings.ConfirmsAsync($"Replace {which} of {name}, and lose what its volumes hold?", cancellation)) return ExitCode.Failed;
            return await AskAsync(surroundings, parsed, name, $"pods/{Uri.EscapeDataString(which)}/replace", $"gets another {which}", cancellation);
        });
        return command;
    }

    private static Argument<string> Pod() => new("pod") { Description = "The pod, such as worker-3" };

    private static ExampledCommand Change(Surroundings surroundings, string action, string description, string said)
    {
        var cluster = Shared.Cluster(surroundings);
        var command = new ExampledCommand(action, description, $"dp {action} trial") { cluster };
        command.SetAction(async (parsed, cancellation) => await AskAsync(surroundings, parsed, parsed.GetRequiredValue(cluster), action, said, cancellation));
        return command;
    }

    private static ExampledCommand Plan(Surroundings surroundings)
    {
        var plan = new ExampledCommand("plan", "Pauses, continues or overrides the plan that is under way ('dp cluster NAME' shows it)",
            "dp plan pause trial", "dp plan continue trial", "dp plan skip trial worker-3", "dp plan force trial worker-3");
        plan.Add(Change(surroundings, "pause", "Begins no further step; what breaks is still mended", "is paused"));
        plan.Add(Change(surroundings, "continue", "Goes on with a paused plan", "goes on"));
        plan.Add(Step(surroundings, "force", "Begins a pod's steps whatever stands before them", "is begun"));
        plan.Add(Step(surroundings, "skip", "Leaves a pod's steps out", "is left out"));
        return plan;
    }

    private static ExampledCommand Step(Surroundings surroundings, string action, string description, string said)
    {
        var cluster = Shared.Cluster(surroundings);
        var pod = Pod();
        var command = new ExampledCommand(action, description, $"dp plan {action} trial worker-3") { cluster, pod };
        command.SetAction(async (parsed, cancellation) =>
            await AskAsync(surroundings, parsed, parsed.GetRequiredValue(cluster), $"pods/{Uri.EscapeDataString(parsed.GetRequiredValue(pod))}/{action}", said, cancellation));
        return command;
    }

    private static async Task<int> AskAsync(Surroundings surroundings, ParseResult parsed, string cluster, string action, string said, CancellationToken cancellation)
    {
        using var client = surroundings.Connect();
        var detail = await client.ChangeAsync(cluster, action, cancellation);
        if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, detail, ControlPlaneJson.Default.ClusterDetail);
        else await surroundings.Output.WriteLineAsync($"{cluster} {said}");
        return ExitCode.Done;
    }
}

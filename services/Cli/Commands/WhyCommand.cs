using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Completion;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Progress;

namespace DataPlatform.Services.Cli.Commands;

public static class WhyCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var cluster = new Argument<string?>("cluster") { Description = "The cluster's name, or CLUSTER/TASK", Arity = ArgumentArity.ZeroOrOne, CompletionSources = { _ => KnownNames.Clusters(surroundings) } };
        var framework = new Option<string?>("--framework") { Description = "A framework of the pool instead, by its id", HelpName = "ID" };
        var role = new Option<string?>("--role") { Description = "Of the framework; needed where it has several", HelpName = "ROLE" };
        var resources = new Option<string?>("--resources") { Description = "What one offer is to hold, such as 'cpus:2;mem:1024'", HelpName = "AMOUNTS" };
        var all = new Option<bool>("--all") { Description = "Every step's and every host's reason, and all that would change it" };
        var command = new ExampledCommand("why", "Says why a cluster or a framework waits: the host that comes nearest and what it lacks, and what to do",
            "dp why trial", "dp why trial --all", "dp why trial/worker-0", "dp why --framework ID --resources 'cpus:2;mem:1024'") { cluster, all, framework, role, resources };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(cluster) is null) == (result.GetValue(framework) is null)) result.AddError("why takes a cluster, or --framework ID");
            else if (result.GetValue(framework) is null && (result.GetValue(role) ?? result.GetValue(resources)) is not null)
                result.AddError("--role and --resources go with --framework");
        });
        command.SetAction((parsed, cancellation) => parsed.GetValue(framework) is { } id
            ? OfFrameworkAsync(surroundings, parsed, id, parsed.GetValue(role), parsed.GetValue(resources), cancellation)
            : OfClusterAsync(surroundings, parsed, parsed.GetValue(cluster)!, parsed.GetValue(all), cancellation));
        return command;
    }

    private static async Task<int> OfFrameworkAsync(
        Surroundings surroundings, ParseResult parsed, string id, string? role, string? resources, CancellationToken cancellation)
    {
        using var client = surroundings.Connect();
        var why = await client.WhyFrameworkAsync(id, role, resources, cancellation);
        if (parsed.WantsJson())
            await JsonOutput.WriteAsync(surroundings.Output, why, ControlPlaneJson.Default.PoolWhy);
        else
            await Reasons.WriteAsync(surroundings.Output, $"{why.Framework} in role {why.Role}", why);
        return Reasons.Fits(why) ? ExitCode.Done : ExitCode.Waiting;
    }

    private static async Task<int> OfClusterAsync(Surroundings surroundings, ParseResult parsed, string named, bool all, CancellationToken cancellation)
    {
        var (name, task) = named.Contains('/') ? LogsCommand.Split(named) : (named, null);
        using var client = surroundings.Connect();
        var why = await client.WhyAsync(name, task, cancellation);
        if (parsed.WantsJson())
        {
            await JsonOutput.WriteAsync(surroundings.Output, why, ControlPlaneJson.Default.ClusterWhy);
            return CodeOf(why, task);
        }

        await surroundings.Output.WriteLineAsync(Rows.Printable(why.Sentence));
        if (why.ToDo is { } toDo)
            await surroundings.Output.WriteLineAsync(Rows.Printable($"-> {toDo}"));
        if (all)
            await WriteAllAsync(surroundings, client, why, name, task, cancellation);
        else if (why.Pods.Any(pod => pod.Pool is not null || pod.Refusals.Count > 0))
            await surroundings.Output.WriteLineAsync($"   Every host's reason: dp why {named} --all");
        return CodeOf(why, task);
    }

    private static async Task WriteAllAsync(Surroundings surroundings, ControlPlaneClient client, ClusterWhy why, string name, string? task, CancellationToken cancellation)
    {
        if (task is null)
        {
            foreach (var entry in TimelineEntry.Of(await client.ClusterAsync(name, cancellation)).Where(entry => entry.Step.State != StepState.Complete))
                await surroundings.Output.WriteLineAsync(Rows.Printable($"  {entry.Title} is {Words.State(entry.Step.State)}{(entry.Step.WaitingFor is { } waiting ? $": {waiting}" : "")}"));
        }

        // Pods that ask for the same wait for the same.
        foreach (var group in why.Pods.GroupBy(pod => (pod.Asked, pod.WaitsFor)))
            await WriteAsync(surroundings, [.. group]);
    }

    private static async Task WriteAsync(Surroundings surroundings, IReadOnlyList<PodWhy> pods)
    {
        var first = pods[0];
        var title = $"{string.Join(", ", pods.Select(pod => pod.Pod))}, {Words.Amounts(first.Asked)}{(pods.Count > 1 ? " each" : "")}";
        await surroundings.Output.WriteLineAsync();
        if ((first.WaitsFor ?? first.NotAsked) is { } reason)
            await surroundings.Output.WriteLineAsync(Rows.Printable($"{title}: {reason}"));
        if (first.Pool is { } pool)
            await Reasons.WriteAsync(surroundings.Output, title, pool);
        var rows = new Rows("POD", "OFFER OF", "STAGE", "REASON", "SEEN");
        foreach (var refusal in pods.SelectMany(pod => pod.Refusals)) rows.Add(refusal.Pod, refusal.Host, refusal.Stage, refusal.Reason, Words.Moment(refusal.At));
        if (rows.Count > 0)
            rows.Write(surroundings);
    }

    private static int CodeOf(ClusterWhy why, string? task) =>
        why.Pods.Count > 0 || (task is null && why.State is not ClusterState.Ready) ? ExitCode.Waiting : ExitCode.Done;
}

using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>
/// Gives every task of a cluster, of whatever package, what leads to the clusters that it needs, and lets none start before those are
/// ready. Pure.
/// </summary>
internal static class NeededClusters
{
    private const string ScriptPath = "with-needed.sh";

    /// <param name="connection">Another cluster by name; null when there is none.</param>
    /// <param name="script">Where the script stands that leads to files of theirs; another one where a task has such a script already.</param>
    public static ServiceSpecification Given(ServiceSpecification service, IReadOnlyList<string> needs, Func<string, ClusterConnection?> connection, string script = ScriptPath) =>
        needs.Count == 0 ? service : service with { Pods = [.. service.Pods.Select(pod => Given(pod, needs, connection, script))] };

    public static PodSpecification Given(PodSpecification pod, IReadOnlyList<string> needs, Func<string, ClusterConnection?> connection, string script) =>
        needs.Count == 0 ? pod : pod with { Tasks = [.. pod.Tasks.Select(task => task with { Command = context => Command(task, context, needs, connection, script) })] };

    private static CommandOutcome Command(TaskSpecification task, TaskContext context, IReadOnlyList<string> needs, Func<string, ClusterConnection?> connection, string script)
    {
        var needed = new List<ClusterConnection>();
        foreach (var name in needs)
        {
            if (connection(name) is not { } found)
                return new CommandOutcome.Waiting($"there is no cluster {name}, which it needs");
            if (!found.Ready)
                return new CommandOutcome.Waiting($"the cluster {name}, which it needs, is not ready");
            needed.Add(found);
        }

        return task.Command(context) switch
        {
            CommandOutcome.Known(var command) when Clash(command, needed) is { } clash => new CommandOutcome.Waiting(clash),
            CommandOutcome.Known(var command) => With(command, needed, script),
            var waiting => waiting,
        };
    }

    /// <summary>With another's file in its place a task would look right and be let in nowhere.</summary>
    private static string? Clash(TaskCommand command, List<ClusterConnection> needed)
    {
        var files = command.Files.ToDictionary(file => file.Path, file => file.Content, StringComparer.Ordinal);
        foreach (var connection in needed)
        {
            foreach (var file in connection.Keys.Files)
            {
                if (!files.TryAdd(file.Path, file.Content) && files[file.Path] != file.Content)
                    return $"the cluster {connection.Cluster}, which it needs, brings a file {file.Path}, and another one is to stand there";
            }
        }

        return null;
    }

    /// <summary>What the task itself says goes first. How others are reached may hold passwords, so nobody else is shown it.</summary>
    private static TaskCommand With(TaskCommand command, List<ClusterConnection> needed, string script)
    {
        var variables = new Dictionary<string, string>(command.Secrets);
        var paths = new Dictionary<string, string>();
        var files = command.Files.ToList();
        foreach (var connection in needed)
        {
            foreach (var (name, value) in connection.Environment.Concat(connection.Keys.Variables).Where(variable => !command.Environment.ContainsKey(variable.Key)))
                variables.TryAdd(name, value);
            foreach (var (name, path) in connection.Keys.Paths.Where(variable => !command.Environment.ContainsKey(variable.Key) && !command.Secrets.ContainsKey(variable.Key)))
                paths.TryAdd(name, path);
            files.AddRange(connection.Keys.Files.Where(file => !files.Exists(known => known.Path == file.Path)));
        }

        var given = command with { Secrets = variables, Files = files };
        return paths.Count == 0 ? given : SandboxPaths.Within(given, paths, script);
    }
}

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

        var own = task.Command(context);
        return own is CommandOutcome.Known(var command) ? new CommandOutcome.Known(With(command, needed, script)) : own;
    }

    /// <summary>
    /// Where files of two are to stand in the same place, all of the second's stand in a folder of its own: with another's file a task would be let in nowhere.
    /// Only then: what is told of files by their paths alone is right as long as there is one of a kind.
    /// </summary>
    private static string Folder(ClusterConnection connection, List<GeneratedFile> files) =>
        connection.Keys.Files.Any(file => files.Exists(known => known.Path == file.Path && known.Content != file.Content)) ? $"needed/{connection.Cluster}/" : "";

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
            var folder = Folder(connection, files);
            foreach (var (name, path) in connection.Keys.Paths.Where(variable => !command.Environment.ContainsKey(variable.Key) && !command.Secrets.ContainsKey(variable.Key)))
                paths.TryAdd(name, folder + path);
            files.AddRange(connection.Keys.Files.Select(file => file with { Path = folder + file.Path }).Where(file => !files.Exists(known => known.Path == file.Path)));
        }

        var given = command with { Secrets = variables, Files = files };
        return paths.Count == 0 ? given : SandboxPaths.Within(given, paths, script);
    }
}

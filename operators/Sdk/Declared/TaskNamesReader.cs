namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Finds a pod's tasks and their ports, before anything in them is read that depends on other pods.</summary>
internal sealed class TaskNamesReader(Problems problems)
{
    private readonly Dictionary<Fields, IReadOnlyList<(string Name, Fields Fields)>> tasks = [];
    private readonly Dictionary<Fields, IReadOnlyList<string>> ports = [];

    /// <summary>One <c>task</c>, which has the pod's name, or several <c>tasks</c> with names of their own.</summary>
    public IReadOnlyList<(string Name, Fields Fields)> Tasks(Fields pod)
    {
        if (tasks.TryGetValue(pod, out var known))
            return known;
        List<(string, Fields)> found = [];
        if (pod.Map("task") is { } only)
        {
            found.Add(("", only));
            if (pod.Has("tasks"))
                problems.Add(pod.KeyOf("tasks"), $"{pod.Of("tasks")} stands beside task", "one of the two");
        }
        else
        {
            found.AddRange(pod.Named("tasks", Names.Part(), Names.PartAllowed));
            if (found.Count == 0)
                problems.Add(pod.Node, $"{pod.Of("task")} is missing", "task: what the pod runs, or tasks: several by name");
        }

        return tasks[pod] = found;
    }

    public IReadOnlyList<string> Ports(Fields task)
    {
        if (ports.TryGetValue(task, out var known))
            return known;
        var names = new List<string>();
        foreach (var (text, at) in task.Texts("ports"))
        {
            if (!Names.Value().IsMatch(text))
                problems.Add(at, $"'{Problems.Short(text)}' is no name of a port", Names.ValueAllowed);
            else
                names.Add(text);
        }

        return ports[task] = names;
    }
}

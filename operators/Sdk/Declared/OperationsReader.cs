using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads what an engine can be asked to do while it serves: each a task that runs once, told like a pod's.</summary>
internal sealed class OperationsReader(Problems problems, OptionsReader options, PodsReader pods, TasksReader tasks, TemplatesReader templates, Scopes scopes, IReadOnlySet<string> podNames)
{
    public const string Field = "operations";
    private const string HandsOutField = "hands_out";
    private const int LongestSeconds = 7 * 24 * 60 * 60;
    private const int MostHours = 366 * 24;

    /// <summary>By name, before any template is read.</summary>
    public static IReadOnlyDictionary<string, Fields> Operations(Fields package) => package.Named(Field, Names.Part(), Names.PartAllowed).ToDictionary(operation => operation.Name, operation => operation.Fields);

    /// <summary>Names of those that plans have as steps.</summary>
    public static IReadOnlyCollection<string> Steps(IReadOnlyDictionary<string, Fields> operations) => [.. operations.Where(operation => operation.Value.Optional("kind") == "step").Select(operation => operation.Key)];

    public OperationDeclaration Operation(string name, Fields fields)
    {
        if (podNames.FirstOrDefault(pod => pod.StartsWith($"{name}-", StringComparison.Ordinal)) is { } like)
            problems.Add(fields.Node, $"what {name} does with a pod could be called as the pod {like} is");
        if (podNames.Contains(name))
            problems.Add(fields.Node, $"{name} is a pod's name already");
        var (title, description) = (fields.Text("title"), fields.Optional("description") ?? "");
        var kind = fields.Choice("kind", "plain", "plain", "backup", "restore", "step") switch
        {
            "backup" => OperationKind.Backup,
            "restore" => OperationKind.Restore,
            "step" => OperationKind.Step,
            _ => OperationKind.Plain,
        };
        var limit = TimeSpan.FromSeconds(fields.Whole("ends_within_seconds", 1, LongestSeconds, 60 * 60));
        foreach (var field in (string[])["count", "start", "tasks", "plans", "when", "unless"])
        {
            if (fields.Has(field))
                problems.Add(fields.At(field), $"{fields.Of(field)}: an operation is one task that runs once", "task");
        }

        if (kind != OperationKind.Plain && fields.Has("inputs"))
            problems.Add(fields.At("inputs"), $"{fields.Of("inputs")}: only an operation of the kind plain is given any");
        var inputs = options.Inputs(fields);
        var every = fields.Has("every_hours") ? pods.AmountOf(fields, "every_hours", null, 0, MostHours) : null;
        if (every is not null && (kind is OperationKind.Restore or OperationKind.Step || inputs.Any(input => input.IsRequired)))
            problems.Add(fields.At("every_hours"), $"{fields.Of("every_hours")}: by itself nothing is asked for that somebody has to say more of", "an operation of the kind plain or backup whose inputs have defaults");
        if (kind != OperationKind.Plain && fields.Has(HandsOutField))
            problems.Add(fields.At(HandsOutField), $"{fields.Of(HandsOutField)}: only an operation of the kind plain hands anything out");
        var handsOut = fields.Entries(HandsOutField, Names.Variable(), Names.VariableAllowed).ToDictionary(each => each.Key, each => templates.Inline(each.At, each.Text, scopes.HandedOut(name)));
        var pod = pods.Pod(name, fields, tasks, podNames);
        foreach (var task in pod.Tasks.Where(task => task.Ports.Count > 0 || task.Volumes.Count > 0))
        {
            var lost = task.Ports.Count > 0 ? "ports" : "volumes";
            problems.Add(fields.Map("task")?.KeyOf(lost) ?? fields.Node, $"the operation {name} has {lost}, which nobody would find", "files, command, resources");
        }

        return new OperationDeclaration(name, title, description, kind, limit, pod with { Tasks = [.. pod.Tasks.Select(task => task with { RunsOnce = true })] }) { Inputs = inputs, EveryHours = every, HandsOut = handsOut };
    }
}

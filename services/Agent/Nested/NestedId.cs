using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Isolation;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>A container within a task's, or within another such.</summary>
/// <param name="Task">The task's container.</param>
/// <param name="Path">Of those within it, from the outermost to this one; at least one.</param>
/// <param name="Pod">The container of the task's pod, where the call names it.</param>
public sealed record NestedId(string Task, IReadOnlyList<string> Path, string? Pod)
{
    /// <summary>How many containers stand within each other at most, within a task's.</summary>
    public const int Deepest = 4;

    public string Value => Path[^1];

    /// <summary>The container in which it stands.</summary>
    public string Parent => Outer?.Value ?? Task;

    /// <summary>Null when it stands in the task's own.</summary>
    public NestedId? Outer => Path.Count > 1 ? this with { Path = [.. Path.SkipLast(1)] } : null;

    /// <summary>The same for whoever names the pod and who does not. That of one within it begins with this and a slash.</summary>
    public string Key => $"{Task}/{string.Join('/', Path)}";

    /// <summary>As isolation takes it.</summary>
    public string Group => Path.Aggregate(Task, ContainerIsolation.Below);

    public ContainerID ToMessage() => Path.Aggregate(
        new ContainerID { Value = Task, Parent = Pod is null ? null : new ContainerID { Value = Pod } }, (above, value) => new ContainerID { Value = value, Parent = above });
}

/// <summary>What a call names: which of the outer containers is a task's is not said in it.</summary>
/// <param name="Values">From the outermost to the one that is meant.</param>
public sealed record NestedName(IReadOnlyList<string> Values)
{
    // Mesos's own bound, so that ids fit into paths.
    private const int Longest = 242;

    /// <summary>A task's container may stand in its pod's.</summary>
    private const int Most = NestedId.Deepest + 2;

    public string Value => Values[^1];

    public string Parent => Values[^2];

    /// <summary>What it can mean, however deep that is: the outermost is a task's, or a pod's.</summary>
    public IEnumerable<NestedId> Readings => Values.Count > 2
        ? [new NestedId(Values[0], [.. Values.Skip(1)], null), new NestedId(Values[1], [.. Values.Skip(2)], Values[0])]
        : [new NestedId(Values[0], [Values[1]], null)];

    /// <summary>Why this can't be one, or null when <paramref name="name"/> is set.</summary>
    /// <param name="field">Where it stands in the call.</param>
    public static string? WhyNot(ContainerID? given, string field, out NestedName? name)
    {
        name = null;
        if (given is null)
            return $"'{field}' is missing in the call";
        if (given.Parent is null)
            return $"'{field}.parent' is missing: only containers within a task's container are served";
        var values = new List<string>();
        for (var (each, path) = (given, field); each is not null; (each, path) = (each.Parent, path + ".parent"))
        {
            if (values.Count == Most)
                return $"'{field}' has more than {Most - 1} parents: a container stands at most {NestedId.Deepest} deep within a task's, whose parent is its pod's at most";
            if (Problem(each.Value) is { } problem)
                return $"'{path}.value' {problem}";
            values.Insert(0, each.Value);
        }

        name = new NestedName(values);
        return null;
    }

    private static string? Problem(string value) => value.Length switch
    {
        0 => "is empty",
        > Longest => $"has {value.Length} characters, at most {Longest} are allowed",
        _ => value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? null : "holds another character than letters, digits, '-' and '_'",
    };
}

using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>A container within a task's.</summary>
/// <param name="Parent">The task's container.</param>
/// <param name="Pod">The container of the task's pod, where the call names it.</param>
public sealed record NestedId(string Value, string Parent, string? Pod)
{
    // Mesos's own bound, so that ids fit into paths.
    private const int Longest = 242;

    /// <summary>Why this can't be one, or null when <paramref name="id"/> is set.</summary>
    /// <param name="field">Where it stands in the call.</param>
    public static string? WhyNot(ContainerID? given, string field, out NestedId? id)
    {
        id = null;
        if (given is null)
            return $"'{field}' is missing in the call";
        if (given.Parent is not { } parent)
            return $"'{field}.parent' is missing: only containers within a task's container are served";
        if (parent.Parent?.Parent is not null)
            return $"'{field}' has more than two parents: a container stands within a task's, whose parent is its pod's at most";
        for (var (each, path) = (given, field); each is not null; (each, path) = (each.Parent, path + ".parent"))
        {
            if (Problem(each.Value) is { } problem)
                return $"'{path}.value' {problem}";
        }

        id = new NestedId(given.Value, parent.Value, parent.Parent?.Value);
        return null;
    }

    public ContainerID ToMessage() => new()
    {
        Value = Value,
        Parent = new ContainerID { Value = Parent, Parent = Pod is null ? null : new ContainerID { Value = Pod } },
    };

    private static string? Problem(string value) => value.Length switch
    {
        0 => "is empty",
        > Longest => $"has {value.Length} characters, at most {Longest} are allowed",
        _ => value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? null : "holds another character than letters, digits, '-' and '_'",
    };
}

using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Launching;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>What runs in a container within a task's.</summary>
/// <param name="Terminal">Null: pipes.</param>
internal sealed record NestedCommand(CommandInfo Info, WindowSize? Terminal)
{
    private const int MostWords = 10_000;
    private const int MostVariables = 1_000;

    /// <summary>Why this is refused, or null when <paramref name="command"/> is set.</summary>
    /// <param name="call">The name of the call's body.</param>
    public static string? WhyNot(CommandInfo? info, ContainerInfo? container, string call, out NestedCommand? command)
    {
        command = null;
        if (info is not { HasValue: true, Value.Length: > 0 })
            return $"'{call}.command.value' is missing or empty";
        if (info.Uris.Count > 0)
            return $"'{call}.command.uris': nothing is fetched for a container within a task's; the task's sandbox is there";
        if (info.Arguments.Count > MostWords || (info.Environment?.Variables.Count ?? 0) > MostVariables)
            return $"'{call}.command' has more than {MostWords} arguments or {MostVariables} variables";
        if (TaskAdmission.CommandProblem(info, call + ".command") is { } problem)
            return problem.Message;
        if (ContainerProblem(container) is { } part)
            return $"'{call}.container.{part}' is not served: a container within a task's sees what the task sees";
        var size = container?.TtyInfo is { } terminal ? new WindowSize(24, 80) : (WindowSize?)null;
        if (container?.TtyInfo?.WindowSize is { } window && WindowSize.WhyNot(window, $"{call}.container.tty_info.window_size", out size) is { } wrong)
            return wrong;
        command = new NestedCommand(info, size);
        return null;
    }

    private static string? ContainerProblem(ContainerInfo? container) => container switch
    {
        null => null,
        { Type: ContainerInfo.Types.Type.Docker } or { Docker: not null } => "docker",
        { Mesos.Image: not null } => "mesos.image",
        { Volumes.Count: > 0 } => "volumes",
        { NetworkInfos.Count: > 0 } => "network_infos",
        { HasHostname: true } => "hostname",
        { RlimitInfo: not null } => "rlimit_info",
        _ => null,
    };
}

/// <summary>Of a terminal.</summary>
internal readonly record struct WindowSize(ushort Rows, ushort Columns)
{
    public static string? WhyNot(TTYInfo.Types.WindowSize given, string field, out WindowSize? size)
    {
        size = null;
        if (given.Rows > ushort.MaxValue || given.Columns > ushort.MaxValue)
            return $"'{field}' is larger than {ushort.MaxValue}";
        size = new WindowSize((ushort)given.Rows, (ushort)given.Columns);
        return null;
    }
}

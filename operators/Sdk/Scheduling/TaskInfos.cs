using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;
using Google.Protobuf;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>Turns a placed task into what the master is told. Pure.</summary>
internal static class TaskInfos
{
    private const double NanosecondsPerTick = 100;

    public static TaskInfo Build(TaskRow row, TaskSpecification specification, TaskCommand command, ReadinessCheck readiness, IReadOnlyList<ActivityLook> activity, string cluster, PodReservation reservation, IReadOnlyList<Resource> volumes, string role, string user)
    {
        var info = new TaskInfo
        {
            Name = $"{cluster}/{row.Name}",
            TaskId = new TaskID { Value = row.TaskId },
            AgentId = new AgentID { Value = row.AgentId },
            Command = Command(command),
            Container = Container(command),
            KillPolicy = new KillPolicy { GracePeriod = Duration(specification.KillGrace) },
            Discovery = Discovery(row, cluster),
            Check = CheckInfos.Of(readiness, row.Ports),
            TellLastLines = true,
            Activity = ActivityInfos.Of(activity, specification.LookEvery, row.Ports),
        };
        if (specification.EndsWithin is { } limit)
            info.MaxCompletionTime = Duration(limit);
        if (user.Length > 0)
            info.Command.User = user;
        info.Resources.Add(reservation.Messages(row.Resources, row.Ports.Values, role));
        info.Resources.Add(volumes);
        return info;
    }

    public static CommandInfo Command(TaskCommand command)
    {
        var info = new CommandInfo { Shell = false, Value = command.Program, Environment = new EnvironmentVariables() };
        info.Arguments.Add(command.Program);
        info.Arguments.Add(command.Arguments);
        info.Environment.Variables.Add(command.Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new EnvironmentVariables.Types.Variable { Name = pair.Key, Value = pair.Value }));
        info.Environment.Variables.Add(command.Secrets.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new EnvironmentVariables.Types.Variable { Name = pair.Key, Type = EnvironmentVariables.Types.Variable.Types.Type.Secret, Secret = Secrets.ByValue(pair.Value) }));
        info.Uris.Add(command.Artifacts.Select(link => new CommandInfo.Types.URI { Value = link.File.Url, OutputFile = link.Path, Extract = link.Unpack, Cache = true }));
        return info;
    }

    /// <summary>Generated files may hold secrets, and are sent as such.</summary>
    private static ContainerInfo? Container(TaskCommand command)
    {
        if (command.Files.Count == 0)
            return null;
        var info = new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos };
        info.Volumes.Add(command.Files.Select(file => new Volume
        {
            Mode = Volume.Types.Mode.Ro, ContainerPath = file.Path,
            Source = new Volume.Types.Source { Type = Volume.Types.Source.Types.Type.Secret, Secret = Secrets.ByValue(file.Content) },
        }));
        return info;
    }

    private static DurationInfo Duration(TimeSpan time) => new() { Nanoseconds = (long)(time.Ticks * NanosecondsPerTick) };

    private static DiscoveryInfo Discovery(TaskRow row, string cluster)
    {
        var discovery = new DiscoveryInfo { Visibility = DiscoveryInfo.Types.Visibility.Cluster, Name = $"{row.Name}.{cluster}", Ports = new Ports() };
        discovery.Ports.Ports_.Add(row.Ports.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new Port { Name = pair.Key, Number = (uint)pair.Value, Protocol = "tcp" }));
        return discovery;
    }
}

using System.Security.Cryptography;
using System.Text;

using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>Turns a placed task into what the master is told. Pure.</summary>
internal static class TaskInfos
{
    /// <summary>Stands in the place of a generated file's address until the store has the file.</summary>
    public const string GeneratedScheme = "generated:";

    private const double NanosecondsPerTick = 100;

    public static TaskInfo Build(TaskRow row, TaskSpecification specification, TaskCommand command, ReadinessCheck readiness, string cluster, PodReservation reservation, string role, string user)
    {
        var info = new TaskInfo
        {
            Name = $"{cluster}/{row.Name}",
            TaskId = new TaskID { Value = row.TaskId },
            AgentId = new AgentID { Value = row.AgentId },
            Command = Command(command),
            KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = (long)(specification.KillGrace.Ticks * NanosecondsPerTick) } },
            Discovery = Discovery(row, cluster),
            Check = CheckInfos.Of(readiness, row.Ports),
        };
        if (user.Length > 0)
            info.Command.User = user;
        info.Resources.Add(reservation.Messages(row.Resources, row.Ports.Values, role));
        return info;
    }

    public static string DigestOf(GeneratedFile file) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.Content)));

    private static CommandInfo Command(TaskCommand command)
    {
        var info = new CommandInfo { Shell = false, Value = command.Program, Environment = new EnvironmentVariables() };
        info.Arguments.Add(command.Program);
        info.Arguments.Add(command.Arguments);
        info.Environment.Variables.Add(command.Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new EnvironmentVariables.Types.Variable { Name = pair.Key, Value = pair.Value }));
        info.Uris.Add(command.Artifacts.Select(link => new CommandInfo.Types.URI { Value = link.File.Url, OutputFile = link.Path, Extract = link.Unpack, Cache = true }));
        // Generated files may hold secrets: the agent keeps them out of the cache that a host's tasks share.
        info.Uris.Add(command.Files.Select(file => new CommandInfo.Types.URI { Value = GeneratedScheme + DigestOf(file), OutputFile = file.Path, Extract = false, Cache = false }));
        return info;
    }

    private static DiscoveryInfo Discovery(TaskRow row, string cluster)
    {
        var discovery = new DiscoveryInfo { Visibility = DiscoveryInfo.Types.Visibility.Cluster, Name = $"{row.Name}.{cluster}", Ports = new Ports() };
        discovery.Ports.Ports_.Add(row.Ports.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new Port { Name = pair.Key, Number = (uint)pair.Value, Protocol = "tcp" }));
        return discovery;
    }
}

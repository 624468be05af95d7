using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;
using Google.Protobuf;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>Turns a placed task into what the master is told. Pure.</summary>
internal static class TaskInfos
{
    private const double MilliCpusPerCpu = 1000;
    private const double NanosecondsPerTick = 100;

    public static TaskInfo Build(TaskRow row, TaskSpecification specification, TaskCommand command, ReadinessCheck readiness, string cluster, string role, string user)
    {
        var info = new TaskInfo
        {
            Name = $"{cluster}/{row.Name}",
            TaskId = new TaskID { Value = row.TaskId },
            AgentId = new AgentID { Value = row.AgentId },
            Command = Command(command),
            Container = Container(command),
            KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = (long)(specification.KillGrace.Ticks * NanosecondsPerTick) } },
            Discovery = Discovery(row, cluster),
            Check = CheckInfos.Of(readiness, row.Ports),
        };
        if (user.Length > 0)
            info.Command.User = user;
        Add(info, "cpus", row.Resources.MilliCpus / MilliCpusPerCpu, role);
        Add(info, "mem", row.Resources.MemoryMebibytes, role);
        Add(info, "disk", row.Resources.DiskMebibytes, role);
        if (row.Ports.Count > 0)
        {
            var ports = new Resource { Name = "ports", Type = Value.Types.Type.Ranges, Ranges = new Value.Types.Ranges(), AllocationInfo = Allocated(role) };
            ports.Ranges.Range.Add(row.Ports.Values.Order().Select(port => new Value.Types.Range { Begin = (ulong)port, End = (ulong)port }));
            info.Resources.Add(ports);
        }
        return info;
    }

    private static CommandInfo Command(TaskCommand command)
    {
        var info = new CommandInfo { Shell = false, Value = command.Program, Environment = new EnvironmentVariables() };
        info.Arguments.Add(command.Program);
        info.Arguments.Add(command.Arguments);
        info.Environment.Variables.Add(command.Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new EnvironmentVariables.Types.Variable { Name = pair.Key, Value = pair.Value }));
        info.Environment.Variables.Add(command.Secrets.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new EnvironmentVariables.Types.Variable { Name = pair.Key, Type = EnvironmentVariables.Types.Variable.Types.Type.Secret, Secret = ByValue(pair.Value) }));
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
            Source = new Volume.Types.Source { Type = Volume.Types.Source.Types.Type.Secret, Secret = ByValue(file.Content) },
        }));
        return info;
    }

    private static Secret ByValue(string value) => new() { Type = Secret.Types.Type.Value, Value = new Secret.Types.Value { Data = ByteString.CopyFromUtf8(value) } };

    private static DiscoveryInfo Discovery(TaskRow row, string cluster)
    {
        var discovery = new DiscoveryInfo { Visibility = DiscoveryInfo.Types.Visibility.Cluster, Name = $"{row.Name}.{cluster}", Ports = new Ports() };
        discovery.Ports.Ports_.Add(row.Ports.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new Port { Name = pair.Key, Number = (uint)pair.Value, Protocol = "tcp" }));
        return discovery;
    }

    private static void Add(TaskInfo info, string name, double amount, string role)
    {
        if (amount > 0)
            info.Resources.Add(new Resource { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = amount }, AllocationInfo = Allocated(role) });
    }

    private static Resource.Types.AllocationInfo Allocated(string role) => new() { Role = role };
}

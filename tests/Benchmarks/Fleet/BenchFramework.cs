using DataPlatform.Core.Protocol.Mesos;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;

namespace DataPlatform.Benchmarks.Fleet;

/// <summary>The frameworks of held tasks, as the agents remember them for a master that has forgotten them.</summary>
internal static class BenchFramework
{
    public const string Role = "bench";

    public static FrameworkInfo Of(string id)
    {
        var framework = new FrameworkInfo { Id = new FrameworkID { Value = id }, User = "nobody", Name = id, FailoverTimeout = 3600, Checkpoint = true };
        framework.Roles.Add(Role);
        framework.Capabilities.Add(new[] { Capability.MultiRole, Capability.PartitionAware }.Select(type => new FrameworkInfo.Types.Capability { Type = type }));
        return framework;
    }
}

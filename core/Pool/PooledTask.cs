using System.Collections.Frozen;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>A task on an agent, and what it holds there. Changed by <see cref="PoolState.Apply"/> alone.</summary>
public sealed class PooledTask
{
    private static readonly FrozenSet<ResourceKind> None = [];

    internal PooledTask(TaskRecord record, ResourceBag resources, string role)
    {
        Record = record;
        Resources = resources.Where(static entry => !entry.Kind.IsShared);
        SharedVolumes = ReferenceEquals(Resources, resources) ? None : resources.Where(static entry => entry.Kind.IsShared).Select(static entry => entry.Kind).ToHashSet();
        Role = role;
        HoldsResources = !TaskStates.IsTerminal(record.State);
    }

    /// <summary>Never changed in place: every status makes a new record, so readers may keep what they got.</summary>
    public TaskRecord Record { get; internal set; }

    public string Id => Record.TaskId.Value;

    public string FrameworkId => Record.FrameworkId.Value;

    public string AgentId => Record.AgentId.Value;

    public string Role { get; }

    /// <summary>What it alone holds.</summary>
    public ResourceBag Resources { get; }

    /// <summary>Volumes that it may use beside other tasks.</summary>
    public IReadOnlySet<ResourceKind> SharedVolumes { get; }

    /// <summary>It borrowed, the owner came, and the agent was asked to kill it.</summary>
    public bool IsRecalled { get; internal set; }

    /// <summary>False as soon as the task is known to have ended, acknowledged or not.</summary>
    public bool HoldsResources { get; internal set; }
}

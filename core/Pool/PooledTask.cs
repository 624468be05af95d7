using System.Collections.Frozen;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf;

namespace DataPlatform.Core.Pool;

/// <summary>A task on an agent, and what it holds there. Changed by <see cref="PoolState.Apply"/> alone.</summary>
public sealed class PooledTask
{
    /// <summary>Of followed updates that are remembered.</summary>
    private const int MostFollowed = 8;

    private static readonly FrozenSet<ResourceKind> None = [];

    private Queue<ByteString>? followed;

    internal PooledTask(TaskRecord record, ResourceBag resources, string role)
    {
        Record = record;
        Resources = resources.Where(static entry => !entry.Kind.IsShared);
        SharedVolumes = ReferenceEquals(Resources, resources) ? None : resources.Where(static entry => entry.Kind.IsShared).Select(static entry => entry.Kind).ToHashSet();
        Role = role;
        HoldsResources = !TaskStates.IsTerminal(record.State);
    }

    /// <summary>Never changed in place: every status makes a new record, so readers may keep what they got.</summary>
    public TaskRecord Record { get; private set; }

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

    /// <summary>
    /// Its agent has sent the next update since, which it does only when this one is acknowledged: what comes of it now has been long on its
    /// way, or was sent by an agent that has lost the acknowledgement.
    /// </summary>
    public bool IsFollowed(ByteString update) => followed?.Contains(update) == true;

    internal void Take(TaskRecord record)
    {
        if (Record.HasStatusUpdateUuid && !Record.StatusUpdateUuid.Equals(record.StatusUpdateUuid))
        {
            followed ??= new Queue<ByteString>(1);
            if (followed.Count == MostFollowed)
                followed.Dequeue();
            followed.Enqueue(Record.StatusUpdateUuid);
        }

        Record = record;
    }
}

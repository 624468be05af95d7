using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Isolation;

/// <summary>
/// Holds the processes of each container together, so that none of them is missed when the container ends, and within
/// their limits where the host permits.
/// </summary>
public abstract class ContainerIsolation : IDisposable
{
    /// <summary>No file of a cgroup begins so.</summary>
    protected const string NestedPrefix = "nested-";

    /// <summary>What this host permits, for the log and the operator API: <c>cgroup-v2</c>, <c>cgroup-v1</c> or <c>processes</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What can't be had here; empty when nothing is missing.</summary>
    public abstract string Shortcomings { get; }

    /// <summary>Before the first process.</summary>
    /// <exception cref="IOException">The limits can't be set.</exception>
    public abstract void Prepare(string containerId, ContainerLimits limits);

    /// <summary>The container has other limits from now on. Memory is never taken away: its processes may be using it.</summary>
    /// <exception cref="IOException">The limits can't be set.</exception>
    public virtual void Resize(string containerId, ContainerLimits limits)
    {
    }

    /// <summary>The <c>cgroup.procs</c> files that a process of the container has to join; empty when there is no such container.</summary>
    public virtual IReadOnlyList<string> Joins(string containerId) => [];

    /// <summary>The processes of the container that are alive now, its supervisor left out.</summary>
    public abstract IReadOnlyList<int> Members(string containerId, int? supervisor);

    /// <summary>Nothing of the container runs on from here, where the host permits that.</summary>
    public virtual void Freeze(string containerId)
    {
    }

    public virtual void Thaw(string containerId)
    {
    }

    /// <summary>SIGKILL to all members that there are at one moment.</summary>
    public void KillMembers(string containerId, int? supervisor)
    {
        // Frozen, nothing can fork its way past the list.
        Freeze(containerId);
        try
        {
            foreach (var pid in Members(containerId, supervisor))
                _ = Libc.kill(pid, Libc.SignalKill);
        }
        finally
        {
            Thaw(containerId);
        }
    }

    /// <summary>The same for a container within another, whose limits hold for it too.</summary>
    /// <exception cref="IOException">There is no such other any more.</exception>
    public virtual void PrepareWithin(string nested)
    {
    }

    /// <summary>A container within another, as the other methods take it.</summary>
    public static string Below(string containerId, string nestedId) => $"{containerId}/{NestedPrefix}{nestedId}";

    /// <summary>What there is of containers within the container, as the other methods take it.</summary>
    public virtual IReadOnlyList<string> Inside(string containerId) => [];

    /// <summary>Supervisor and all, in one step, where the host permits that.</summary>
    public virtual void KillAll(string containerId)
    {
    }

    /// <summary>How often the kernel has ended a process of the container for want of memory.</summary>
    public virtual long OutOfMemoryKills(string containerId) => 0;

    /// <summary>After the last process. Of no effect when there is nothing.</summary>
    public virtual void Remove(string containerId)
    {
    }

    /// <summary>Containers that an earlier process of this agent has left here.</summary>
    public virtual IReadOnlyList<string> Leftovers() => [];

    /// <summary>When the agent ends: its own group goes, unless a task still lives in it.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

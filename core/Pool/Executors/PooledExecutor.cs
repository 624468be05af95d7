using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>
/// An executor on an agent: a program of the framework's, or the agent's own for a pod, which runs tasks. It holds resources
/// of its own from its first task until it has ended. Immutable.
/// </summary>
public sealed class PooledExecutor
{
    internal PooledExecutor(string frameworkId, string agentId, string role, ExecutorInfo info, long addedAfterPing)
    {
        FrameworkId = frameworkId;
        AgentId = agentId;
        Role = role;
        Info = info;
        AddedAfterPing = addedAfterPing;
        Resources = Amounts.Of(info.Resources).Where(static entry => !entry.Kind.IsShared);
    }

    public string FrameworkId { get; }

    public string AgentId { get; }

    public string Role { get; }

    public ExecutorInfo Info { get; }

    /// <summary>The agent knows of it when it hears a later one.</summary>
    internal long AddedAfterPing { get; }

    public string Id => Info.ExecutorId.Value;

    /// <summary>Without the role they are given to, and without volumes that others may use too.</summary>
    public ResourceBag Resources { get; }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>Decides as whom a task runs.</summary>
/// <param name="agent">The user of this process.</param>
/// <param name="find">A user of the host by name; null when there is none.</param>
internal sealed class TaskUsers(TaskUserRules rules, HostUser agent, Func<string, HostUser?> find)
{
    private const string Any = "*";

    /// <summary>Also where somebody is to be named who asked for nobody in particular.</summary>
    /// <param name="name">As the task or its framework asks; empty: whoever the agent chooses.</param>
    /// <returns>Null: this process's own user.</returns>
    /// <exception cref="LaunchException">The task may not run as that user.</exception>
    public HostUser? Of(string name, string frameworkId)
    {
        if (agent.Id != 0)
        {
            return !rules.Switch || name.Length == 0 || name == agent.Name
                ? null
                : throw Refused($"The task is to run as user '{name}', but this agent runs as '{agent.Name}' and only root can switch users (see --no-switch-user)");
        }

        if (!rules.Switch)
            return rules.AllowRoot ? agent : OfFramework(frameworkId);
        if (name.Length == 0)
            return OfFramework(frameworkId);
        var user = find(name) ?? throw Refused($"The task is to run as user '{name}', whom this host does not know");
        if (user.Id == 0)
        {
            return rules.AllowRoot
                ? user
                : throw Refused($"The task is to run as user '{name}', and this agent runs nothing as root (see --allow-root-tasks); without a user named it gets one of its own");
        }

        return rules.Users.Contains(Any) || rules.Users.Contains(user.Name)
            ? user
            : throw Refused($"The task is to run as user '{name}', whom this agent's --task-users does not name: {string.Join(", ", rules.Users)}; without a user named it gets one of its own");
    }

    /// <summary>The same on every host, so that what a framework's tasks share on a disk is theirs everywhere.</summary>
    private HostUser OfFramework(string frameworkId)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(frameworkId));
        var id = rules.FirstId + (uint)(BinaryPrimitives.ReadUInt64BigEndian(digest) % (rules.LastId - rules.FirstId + 1UL));
        return new HostUser("dp-" + id.ToString(CultureInfo.InvariantCulture), id, id);
    }

    private static LaunchException Refused(string message) => new(LaunchFailure.Dropped(message));
}

/// <param name="Switch">Off: no task chooses its user.</param>
/// <param name="Users">Users of the host that tasks may run as, root never among them; <c>*</c> for all.</param>
/// <param name="FirstId">Ids of users that only tasks have, from here ...</param>
/// <param name="LastId">... to here.</param>
public sealed record TaskUserRules(bool Switch, bool AllowRoot, IReadOnlyList<string> Users, uint FirstId, uint LastId);

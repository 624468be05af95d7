using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>What one task needs before it starts.</summary>
/// <param name="RunDirectory">The run's checkpoints; while they are there, the cache keeps what the task uses.</param>
/// <param name="Sandbox">Still the agent's alone: no task can write there yet.</param>
/// <param name="User">Whom it will run as; null: the agent's own user.</param>
/// <param name="DiskBytes">What it has been given; null: no bound of its own.</param>
internal sealed record FetchOrder(
    IReadOnlyList<CommandInfo.Types.URI> Uris, string ContainerId, string RunDirectory, string Sandbox, HostUser? User, long? DiskBytes)
{
    /// <summary>
    /// Whether the task could write the cache's files if it were given them. Root can, and so can who they belong to: both get copies.
    /// </summary>
    public bool CouldWriteCache => User is null || User.Id == 0 || User.Id == Libc.geteuid();

    /// <summary>What the task's resources give it of the disk; null when they say nothing of it.</summary>
    public static long? DiskBytesOf(TaskInfo task)
    {
        var sum = task.Resources.Where(each => each.Name == "disk" && each.Scalar is not null && each.Disk is null).Sum(each => each.Scalar.Value);
        return sum > 0 ? (long)(sum * (1 << 20)) : null;
    }
}

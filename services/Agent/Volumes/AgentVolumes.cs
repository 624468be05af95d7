using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>
/// What of this host is reserved, and its persistent volumes: what the master has decided, kept on the disk. Called by the
/// one that follows the master's stream, so that a volume is there before the task that uses it is started.
/// </summary>
internal sealed class AgentVolumes : IVolumeDisk
{
    private const UnixFileMode PassageMode = AtomicFile.OwnerFolder | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly VolumePaths paths;
    private readonly string file;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly VolumeLedger ledger;

    /// <exception cref="IOException">The work directory can't be used.</exception>
    public AgentVolumes(string workDirectory, TimeProvider time, ILogger log)
    {
        (this.time, this.log) = (time, log);
        paths = new VolumePaths(workDirectory);
        file = Path.Combine(workDirectory, "meta", "resources");
        Directory.CreateDirectory(paths.Root, AtomicFile.OwnerFolder);
        ledger = new VolumeLedger(this, Read(), log);
        RemoveDestroyed();
    }

    /// <inheritdoc cref="VolumeLedger.Converted"/>
    public ResourceBag Converted => ledger.Converted;

    /// <summary>Where the volume lies, from now on the user's. It is made if it is not there, which it should be. For any thread.</summary>
    /// <param name="user">Null: the agent's own.</param>
    /// <exception cref="IOException">There is no such volume, or the user can't be given it.</exception>
    public string Folder(ResourceKind volume, HostUser? user)
    {
        ledger.Open(volume);
        var folder = paths.Of(volume);
        if (user is not null)
            Give(folder, user, volume.IsShared);
        return folder;
    }

    /// <summary>Whether or not the volume is there.</summary>
    /// <exception cref="IOException">There can't be such a volume.</exception>
    public string PlaceOf(ResourceKind volume) => paths.Of(volume);

    private void Give(string folder, HostUser user, bool shared)
    {
        // Whoever has it may come to it, and sees nothing of the others.
        for (var above = Path.GetDirectoryName(folder)!; above.StartsWith(paths.Root, StringComparison.Ordinal); above = Path.GetDirectoryName(above)!)
            File.SetUnixFileMode(above, PassageMode);
        var owner = FileStatus.Of(folder)?.Owner;
        if (owner == user.Id)
            return;
        if (shared && owner != Libc.geteuid())
            throw new IOException($"the shared volume '{Path.GetFileName(folder)}' belongs to another user than '{user.Name}', whom this task runs as");
        if (Libc.lchown(folder, user.Id, user.GroupId) != 0)
            throw new IOException($"cannot give {folder} to user {user.Name}");
    }

    /// <inheritdoc cref="VolumeLedger.Match"/>
    public void Match(IEnumerable<Resource> converted) => ledger.Match(converted);

    /// <inheritdoc cref="VolumeLedger.Apply"/>
    public AgentCall.Types.UpdateOperation Apply(AgentEvent.Types.ApplyOperation operation) => ledger.Apply(operation);

    string IVolumeDisk.PlaceOf(ResourceKind volume) => paths.Of(volume);

    void IVolumeDisk.Make(ResourceKind volume) => Make(paths.Of(volume));

    void IVolumeDisk.SetAside(ResourceKind volume) => SetAside(paths.Of(volume));

    void IVolumeDisk.Destroy(ResourceKind volume) => Destroy(paths.Of(volume));

    void IVolumeDisk.Keep(ResourceBag converted)
    {
        if (converted.Equals(Converted) && File.Exists(file))
            return;
        using var content = new MemoryStream();
        foreach (var resource in converted.ToMessages())
            resource.WriteDelimitedTo(content);
        AtomicFile.Write(file, content.ToArray());
    }

    private ResourceBag Read()
    {
        if (!File.Exists(file))
            return ResourceBag.Empty;
        try
        {
            using var content = File.OpenRead(file);
            var resources = new List<Resource>();
            while (content.Position < content.Length)
                resources.Add(Resource.Parser.ParseDelimitedFrom(content));
            return resources.ToBag();
        }
        catch (Exception problem) when (problem is IOException or InvalidProtocolBufferException or FormatException)
        {
            var aside = $"{file}.unreadable-{time.GetUtcNow():yyyyMMddTHHmmss}";
            File.Move(file, aside, overwrite: true);
            log.LogError("What is reserved on this agent can't be read ({Problem}) and was set aside as {File}; the master's journal says it again", problem.Message, aside);
            return ResourceBag.Empty;
        }
    }

    private static void Make(string folder)
    {
        if (Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder, AtomicFile.OwnerFolder);
        FolderSync.Flush(folder);
        for (var parent = Path.GetDirectoryName(folder); parent is not null && Path.GetFileName(parent) != "volumes"; parent = Path.GetDirectoryName(parent))
            FolderSync.Flush(parent);
    }

    private void SetAside(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        Directory.CreateDirectory(paths.SetAside, AtomicFile.OwnerFolder);
        var aside = Path.Combine(paths.SetAside, $"{time.GetUtcNow():yyyyMMddTHHmmssfff}-{Path.GetFileName(Path.GetDirectoryName(folder))}-{Path.GetFileName(folder)}");
        Directory.Move(folder, aside);
        log.LogWarning("The master knows nothing of the volume {Volume} any more; what it held is kept in {Folder}", Path.GetFileName(folder), aside);
    }

    private void Destroy(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        Directory.CreateDirectory(paths.Destroyed, AtomicFile.OwnerFolder);
        Directory.Move(folder, Path.Combine(paths.Destroyed, Guid.NewGuid().ToString("N")));
        FolderSync.Flush(paths.Destroyed);
        RemoveDestroyed();
    }

    /// <summary>A large volume takes long; until then it is only out of the way.</summary>
    private void RemoveDestroyed()
    {
        if (!Directory.Exists(paths.Destroyed))
            return;
        foreach (var folder in Directory.GetDirectories(paths.Destroyed))
        {
            _ = Task.Run(() =>
            {
                try
                {
                    Directory.Delete(folder, recursive: true);
                }
                catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
                {
                    log.LogError("A destroyed volume could not be removed from {Folder}: {Problem}", folder, problem.Message);
                }
            });
        }
    }
}

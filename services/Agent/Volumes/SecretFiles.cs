using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>
/// Secrets that tasks find as files. They lie beside the sandboxes, so that whoever is shown a sandbox is not shown them, and each task's
/// go when its processes are gone.
/// </summary>
internal sealed class SecretFiles
{
    private const UnixFileMode PassageMode = AtomicFile.OwnerFolder | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string root;

    /// <exception cref="IOException">The work directory can't be used.</exception>
    public SecretFiles(string workDirectory)
    {
        root = Path.Combine(workDirectory, "secrets");
        Directory.CreateDirectory(root, AtomicFile.OwnerFolder);
        File.SetUnixFileMode(root, PassageMode);
    }

    /// <summary>Where all of a task's lie, for its user alone.</summary>
    public string FolderOf(string containerId) => Path.Combine(root, containerId);

    /// <param name="name">Of one file among the task's.</param>
    /// <param name="user">Whose it is to be; null: the agent's own.</param>
    /// <returns>Where it lies.</returns>
    /// <exception cref="IOException">It can't be written, or the user can't be given it.</exception>
    public string Write(string containerId, string name, ReadOnlySpan<byte> content, bool readOnly, HostUser? user)
    {
        var folder = Directory.CreateDirectory(FolderOf(containerId), AtomicFile.OwnerFolder).FullName;
        var path = Path.Combine(folder, name);
        using (var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = readOnly ? UnixFileMode.UserRead : AtomicFile.OwnerOnly,
        }))
            file.Write(content);
        foreach (var each in (string[])[path, folder])
            if (user is not null && Libc.lchown(each, user.Id, user.GroupId) != 0)
                throw new IOException($"cannot give a secret to user {user.Name}");
        return path;
    }

    /// <summary>The contents of all of a task's, while they are there.</summary>
    /// <exception cref="IOException">One of them can't be read.</exception>
    public IReadOnlyList<string> Read(string containerId) =>
        Directory.Exists(FolderOf(containerId)) ? [.. Directory.EnumerateFiles(FolderOf(containerId)).Order(StringComparer.Ordinal).Select(File.ReadAllText)] : [];

    /// <exception cref="IOException">Something of it can't be removed.</exception>
    public void Remove(string containerId)
    {
        if (Directory.Exists(FolderOf(containerId)))
            Directory.Delete(FolderOf(containerId), recursive: true);
    }

    /// <summary>What tasks have left that ended while no agent was there.</summary>
    /// <exception cref="IOException">Something of it can't be removed.</exception>
    public void RemoveAllBut(IEnumerable<string> containerIds)
    {
        foreach (var left in Folders.In(root).Select(path => Path.GetFileName(path)).Except(containerIds).ToList())
            Remove(left);
    }
}

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>The folders of this host below which tasks may have volumes.</summary>
/// <param name="folders">Absolute paths; none allows nothing.</param>
internal sealed class HostFolders(IReadOnlyList<string> folders)
{
    public const string Setting = "--host-volume-folders";

    /// <summary>The one that holds the path, which the kernel then keeps it in.</summary>
    /// <exception cref="IOException">None does.</exception>
    public string Holding(string path) =>
        folders.Where(each => path == each || path.StartsWith(each.TrimEnd('/') + "/", StringComparison.Ordinal)).MaxBy(each => each.Length)
        ?? throw new IOException(
            $"task.container.volumes: host_path '{path}' is not below a folder that the agent's {Setting} or --task-folders allow ({(folders.Count == 0 ? "they allow none" : string.Join(", ", folders))})");
}

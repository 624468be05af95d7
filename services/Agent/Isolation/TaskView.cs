namespace DataPlatform.Services.Agent.Isolation;

/// <summary>
/// What of the host's files a task sees otherwise than the agent does: folders that hide what was there, and folders that
/// are to be reached all the same, at their own paths.
/// </summary>
/// <param name="Hidden">Empty for the task but for what is shown; to be made where it is not there, outer ones first.</param>
/// <param name="Temporary">Replaced by a folder of the task's own.</param>
/// <param name="Shown">Reached at their own paths wherever they lie.</param>
/// <param name="Folders">To be made for them, beneath what hides; outer ones first.</param>
internal sealed record TaskView(
    IReadOnlyList<string> Hidden, IReadOnlyList<string> Temporary, IReadOnlyList<ShownFolder> Shown, IReadOnlyList<string> Folders)
{
    /// <summary>Where programs put files for a moment, by convention open to everyone.</summary>
    public static readonly IReadOnlyList<string> TemporaryFolders = ["/tmp", "/var/tmp"];

    /// <param name="workDirectory">The agent's: other tasks' sandboxes, checkpoints and secrets lie there.</param>
    /// <param name="shown">The task's sandbox, the cache, folders that all share.</param>
    /// <param name="isClosed">Whether an existing folder lets only its owner through: then nothing is lost by hiding it.</param>
    public static TaskView Of(string workDirectory, IReadOnlyList<ShownFolder> shown, Func<string, bool> isClosed)
    {
        var closed = shown.Select(each => Parents(each.Path).FirstOrDefault(isClosed)).OfType<string>();
        var hidden = new List<string>();
        foreach (var path in closed.Append(workDirectory).Distinct().OrderBy(each => each.Length).ThenBy(each => each, StringComparer.Ordinal))
        {
            if (!IsBeneathAny(path, TemporaryFolders) && !IsBeneathAny(path, hidden))
                hidden.Add(path);
        }

        // In memory too: what leads to a folder below /tmp is nothing that the task's disk should hold.
        foreach (var path in shown.SelectMany(each => Parents(each.Path)).Distinct())
        {
            if (TemporaryFolders.Any(temporary => Path.GetDirectoryName(path) == temporary))
                hidden.Add(path);
        }

        var covers = TemporaryFolders.Concat(hidden).ToList();
        var folders = shown.SelectMany(each => Parents(each.Path).Append(each.Path))
            .Where(path => !hidden.Contains(path) && covers.Any(cover => path != cover && IsBeneath(path, cover)))
            .Distinct().OrderBy(each => each.Length).ToList();
        return new TaskView(hidden, TemporaryFolders, [.. shown.OrderBy(each => each.Path.Length)], folders);
    }

    private static bool IsBeneathAny(string path, IReadOnlyList<string> folders) => folders.Any(folder => IsBeneath(path, folder));

    private static bool IsBeneath(string path, string folder) =>
        path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>Outermost first, the root and the path itself left out.</summary>
    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }
}

/// <param name="Path">Absolute.</param>
internal sealed record ShownFolder(string Path, bool ReadOnly);

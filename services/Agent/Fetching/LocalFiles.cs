using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>
/// Files of this host that tasks may name: only below the folders that the agent's operator allows, only what the task's own user may
/// read, and only what is a file. The kernel holds a path in its folder, whoever changes it meanwhile.
/// </summary>
/// <param name="folders">Absolute paths; none allows nothing.</param>
internal sealed class LocalFiles(IReadOnlyList<string> folders)
{
    public const string Setting = "--fetcher-local-dirs";

    /// <param name="user">Null: the agent's own.</param>
    /// <exception cref="FetchException">Says why the file can't be had.</exception>
    public async Task<SafeFileHandle> OpenAsync(string path, HostUser? user, CancellationToken cancellation)
    {
        if (Find(path) is not { } folder)
            throw new FetchException($"Cannot fetch {path}: files of this host are fetched only below the folders that the agent's {Setting} allows ({Allowed()})");
        using var root = ContainedFiles.OpenRoot(folder)
            ?? throw new FetchException($"Cannot fetch {path}: the folder {folder} of {Setting} can't be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        var inside = path[folder.Length..].TrimStart('/');
        ContainedFile Open() => ContainedFiles.OpenRead(root, inside, followLinks: true);
        var opened = user is null || user.Id == Libc.geteuid()
            ? await Task.Run(Open, CancellationToken.None).WaitAsync(cancellation)
            : await FileUser.RunAsync(user.Id, user.GroupId, user.Name, Open, late => late.File?.Dispose(), cancellation);
        return opened.File ?? throw new FetchException($"Cannot fetch {path}: {Reason(opened, folder, user)}");
    }

    private string? Find(string path) => folders
        .Where(each => path.StartsWith(each.EndsWith('/') ? each : each + "/", StringComparison.Ordinal))
        .MaxBy(each => each.Length);

    private string Allowed() => folders.Count == 0 ? "it allows none" : string.Join(", ", folders);

    private static string Reason(ContainedFile opened, string folder, HostUser? user) => opened switch
    {
        { Kind: { } kind } => $"it is a {kind}; only files can be fetched",
        { LeavesTheFolder: true } => $"it leaves the folder {folder} by a link",
        { IsForbidden: true } => $"the task's user {user?.Name ?? "(the agent's own)"} may not read it",
        _ => opened.Reason,
    };
}

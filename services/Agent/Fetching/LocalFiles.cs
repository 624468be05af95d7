using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
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

    private const ulong Beneath = 0x08;
    private const ulong NoMagicLinks = 0x02;

    /// <param name="user">Null: the agent's own.</param>
    /// <exception cref="FetchException">Says why the file can't be had.</exception>
    public async Task<SafeFileHandle> OpenAsync(string path, HostUser? user, CancellationToken cancellation)
    {
        if (Find(path) is not { } folder)
            throw new FetchException($"Cannot fetch {path}: files of this host are fetched only below the folders that the agent's {Setting} allows ({Allowed()})");
        var start = Libc.OpenWithin(Libc.CurrentFolder, folder, Libc.OpenPathOnly | Libc.OpenDirectory, 0, NoMagicLinks);
        if (start < 0)
            throw new FetchException($"Cannot fetch {path}: the folder {folder} of {Setting} can't be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        using var root = new SafeFileHandle(start, ownsHandle: true);
        var inside = path[folder.Length..].TrimStart('/');
        var opened = user is null || user.Id == Libc.geteuid()
            ? await Task.Run(() => Open(root, inside), CancellationToken.None).WaitAsync(cancellation)
            : await FileUser.RunAsync(user.Id, user.GroupId, user.Name, () => Open(root, inside), late => late.File?.Dispose(), cancellation);
        return opened.File ?? throw new FetchException($"Cannot fetch {path}: {Reason(opened, folder, user)}");
    }

    private string? Find(string path) => folders
        .Where(each => path.StartsWith(each.EndsWith('/') ? each : each + "/", StringComparison.Ordinal))
        .MaxBy(each => each.Length);

    private string Allowed() => folders.Count == 0 ? "it allows none" : string.Join(", ", folders);

    /// <summary>Looked at before it is opened: to open a device may already do something, and a pipe may never open.</summary>
    private static Opened Open(SafeFileHandle root, string inside)
    {
        var found = Libc.OpenWithin((int)root.DangerousGetHandle(), inside, Libc.OpenPathOnly, 0, Beneath | NoMagicLinks);
        if (found < 0)
            return new Opened(null, Marshal.GetLastPInvokeError(), null);
        using var place = new SafeFileHandle(found, ownsHandle: true);
        if (FileStatus.Of(place) is not { IsRegular: true } status)
            return new Opened(null, 0, FileStatus.Of(place)?.Kind ?? "unknown thing");
        var file = Libc.OpenWithin(Libc.CurrentFolder, $"/proc/self/fd/{found}", Libc.OpenReadOnly | Libc.OpenNonBlocking, 0, 0);
        return file < 0 ? new Opened(null, Marshal.GetLastPInvokeError(), null) : new Opened(new SafeFileHandle(file, ownsHandle: true), 0, null);
    }

    private static string Reason(Opened opened, string folder, HostUser? user) => opened switch
    {
        { Kind: { } kind } => $"it is a {kind}; only files can be fetched",
        { Error: Libc.ErrorCrossDevice or Libc.ErrorLoop } => $"it leaves the folder {folder} by a link",
        { Error: Libc.ErrorAccess } => $"the task's user {user?.Name ?? "(the agent's own)"} may not read it",
        _ => Marshal.GetPInvokeErrorMessage(opened.Error),
    };

    private readonly record struct Opened(SafeFileHandle? File, int Error, string? Kind);
}

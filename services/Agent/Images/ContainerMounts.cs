using DataPlatform.Services.Agent.Isolation;

namespace DataPlatform.Services.Agent.Images;

/// <summary>What a task that runs from an image finds in it beside the image.</summary>
internal static class ContainerMounts
{
    // It looks names up as its host does, whose network it has.
    private static readonly string[] OfHost = ["/etc/resolv.conf", "/etc/hosts"];

    /// <param name="shared">At their own paths.</param>
    /// <param name="users">A file with the user database that the task sees.</param>
    public static IReadOnlyList<TaskMount> Of(string sandbox, IEnumerable<ShownFolder> shared, IReadOnlyList<TaskMount> volumes, string users)
    {
        var temporary = TaskNamespaces.TemporaryFolder(sandbox);
        return
        [
            new TaskMount(sandbox, ContainerRoot.Sandbox, ReadOnly: false),
            .. TaskView.TemporaryFolders.Select(path => new TaskMount(temporary, path, ReadOnly: false)),
            .. shared.Select(each => new TaskMount(each.Path, each.Path, each.ReadOnly)),
            .. OfHost.Where(File.Exists).Select(path => new TaskMount(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, path, ReadOnly: true)),
            new TaskMount(users, "/etc/passwd", ReadOnly: true),
            .. volumes,
        ];
    }
}

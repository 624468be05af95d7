using System.Runtime.InteropServices;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>Opens files of the lake, in which tasks of other users write: what was listed may be anything by the time it is opened.</summary>
public static class LakeFile
{
    /// <param name="file">The whole path.</param>
    /// <param name="roots">The lake, and where copies are: it lies in one of them.</param>
    /// <exception cref="IOException">It is no file, not there, or behind a link; the message says which.</exception>
    public static SafeFileHandle Open(string file, IReadOnlyList<string> roots)
    {
        var root = roots.First(root => file.StartsWith(root + "/", StringComparison.Ordinal));
        var inside = file[(root.Length + 1)..];
        using var folder = ContainedFiles.OpenRoot(root) ?? throw new IOException($"The lake can't be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        var opened = ContainedFiles.OpenRead(folder, inside, followLinks: false);
        return opened.File ?? throw new IOException($"'{inside}' {WhyNot(opened)}");
    }

    private static string WhyNot(ContainedFile opened) => opened switch
    {
        { Kind: { } kind } => $"is a {kind}; only files are read",
        { LeavesTheFolder: true } => "is behind a link, which may lead outside the lake; links are not followed",
        { IsMissing: true } => "is not there any more",
        _ => $"can't be read: {opened.Reason}",
    };
}

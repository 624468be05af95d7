using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Logs;

/// <summary>
/// One log in a sandbox and the file with <c>.1</c> behind its name that holds what came before: together never more than the bound, and
/// always the newest. The task may do to these files what it likes; what it puts in their place is never followed or written to.
/// </summary>
/// <param name="folder">Opens the folder that they are in; null when it is gone.</param>
/// <param name="owner">Whose the files are.</param>
internal sealed class LogFile(Func<SafeFileHandle?> folder, string name, (uint User, uint Group) owner, long maximumBytes)
{
    private readonly long half = Math.Max(1, maximumBytes / 2);

    public LogFile(string sandbox, string name, (uint User, uint Group) owner, long maximumBytes)
        : this(() => ContainedFiles.OpenFolder(sandbox, ""), name, owner, maximumBytes)
    {
    }

    /// <exception cref="IOException">The disk is full: what is left of the content is lost.</exception>
    public void Append(ReadOnlySpan<byte> content)
    {
        while (content.Length > 0)
        {
            if (Open() is not { } file)
                return; // Something else is in its place, and the task's own doing.
            using (file)
            {
                var room = half - RandomAccess.GetLength(file);
                var whole = content.Length <= half;
                if (room <= 0 || (whole && room < content.Length))
                {
                    if (TurnOver())
                        continue;
                    RandomAccess.SetLength(file, 0);
                    room = half;
                }

                var part = (int)Math.Min(room, content.Length);
                RandomAccess.Write(file, content[..part], 0); // At its end, whatever the offset.
                content = content[part..];
            }
        }
    }

    private SafeFileHandle? Open()
    {
        const int flags = OpenFlags.WriteOnly | OpenFlags.Append;
        using var opened = folder();
        if (opened is null)
            return null;
        if (ContainedFiles.OpenPlain(opened, name, flags) is { } there)
        {
            // A second name for a file of somebody else.
            if (FileStatus.Of(there) is { } status && status.Owner == owner.User)
                return there;
            there.Dispose();
            return null;
        }

        if (ContainedFiles.OpenPlain(opened, name, flags | OpenFlags.Create | OpenFlags.Exclusive) is not { } made)
            return null;
        if (Libc.fchown(made, owner.User, owner.Group) == 0)
            return made;
        made.Dispose();
        return null;
    }

    private unsafe bool TurnOver()
    {
        using var opened = folder();
        if (opened is null)
            return false;
        var (from, to) = (Marshal.StringToCoTaskMemUTF8(name), Marshal.StringToCoTaskMemUTF8(name + ".1"));
        try
        {
            return Libc.renameat(opened, (byte*)from, opened, (byte*)to) == 0;
        }
        finally
        {
            Marshal.FreeCoTaskMem(from);
            Marshal.FreeCoTaskMem(to);
        }
    }
}

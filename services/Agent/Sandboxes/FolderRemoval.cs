using System.Buffers;
using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>
/// Removes a folder that tasks have written, by descriptors from folder to folder: a link put in the place of a folder at that moment is
/// removed, never followed. Names need not be text, and folders may be deeper than a path can say.
/// </summary>
internal static unsafe class FolderRemoval
{
    // Each level keeps a descriptor open; what is deeper is first brought up.
    private const int DeepestOpen = 32;
    private const int BufferSize = 32 * 1024;

    /// <param name="path">Of a folder whose parents only the agent writes. May be gone already.</param>
    /// <exception cref="IOException">Something in it can't be removed; what could be is gone.</exception>
    public static void Remove(string path)
    {
        var descriptor = Libc.open(Path.GetDirectoryName(path)!, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.CloseOnExec, 0);
        if (descriptor < 0)
            return;
        using var parent = new SafeFileHandle(descriptor, ownsHandle: true);
        Remove(parent, Path.GetFileName(path));
    }

    /// <param name="folder">The name of one in the other. May be gone already.</param>
    /// <exception cref="IOException">Something in it can't be removed; what could be is gone.</exception>
    public static void Remove(SafeFileHandle parent, string folder)
    {
        var name = Marshal.StringToCoTaskMemUTF8(folder);
        try
        {
            RemoveEntry(parent, (byte*)name, null, 0);
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    /// <param name="top">The folder that all of this is in; null when the entry is it.</param>
    private static void RemoveEntry(SafeFileHandle parent, byte* name, SafeFileHandle? top, int depth)
    {
        if (Libc.unlinkat(parent, name, 0) == 0 || Marshal.GetLastPInvokeError() == Libc.ErrorNotFound)
            return;
        if (Marshal.GetLastPInvokeError() is not (Libc.ErrorIsFolder or Libc.ErrorNotPermitted))
            throw Failed(name);
        if (depth == DeepestOpen)
        {
            var fresh = Marshal.StringToCoTaskMemUTF8($".deep-{Guid.NewGuid():N}");
            var moved = Libc.renameat(parent, name, top!, (byte*)fresh);
            Marshal.FreeCoTaskMem(fresh);
            if (moved != 0)
                throw Failed(name);
            return;
        }

        var descriptor = Libc.openat(parent, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
        if (descriptor < 0)
            throw Failed(name);
        using (var folder = new SafeFileHandle(descriptor, ownsHandle: true))
            Clear(folder, top ?? folder, depth + 1);
        if (Libc.unlinkat(parent, name, Libc.UnlinkFolder) != 0 && Marshal.GetLastPInvokeError() != Libc.ErrorNotFound)
            throw Failed(name);
    }

    private static void Clear(SafeFileHandle folder, SafeFileHandle top, int depth)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            // Again until it is empty: what was too deep has come up meanwhile.
            for (var any = true; any;)
            {
                any = false;
                _ = Libc.lseek(folder, 0, 0);
                fixed (byte* entries = buffer)
                {
                    for (nint length; (length = Libc.getdents64(folder, entries, BufferSize)) > 0;)
                        any |= ClearEntries(folder, entries, length, top, depth);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool ClearEntries(SafeFileHandle folder, byte* entries, nint length, SafeFileHandle top, int depth)
    {
        const int lengthOffset = 16;
        const int nameOffset = 19;
        var any = false;
        for (nint at = 0; at < length; at += *(ushort*)(entries + at + lengthOffset))
        {
            var name = entries + at + nameOffset;
            if (name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0)))
                continue;
            any = true;
            RemoveEntry(folder, name, top, depth);
        }

        return any;
    }

    private static IOException Failed(byte* name) =>
        new($"Cannot remove '{Marshal.PtrToStringUTF8((nint)name)}': {Marshal.GetLastPInvokeErrorMessage()}");
}

using System.Runtime.InteropServices;

namespace DataPlatform.Services.Hosting.Files;

/// <summary>What the kernel says of one file, never looking through a link.</summary>
/// <param name="Mode">Kind and permissions, as in <c>st_mode</c>.</param>
/// <param name="ModifiedSeconds">Since 1970.</param>
public readonly record struct FileStatus(uint Mode, uint Links, uint Owner, uint Group, long Size, long ModifiedSeconds, uint ModifiedNanoseconds)
{
    private const uint KindBits = 0xF000;
    private const uint Basic = 0x7FF;
    private const int BlockSize = 512;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;

    /// <summary>What it takes of the disk, which for a file with holes is less than its size.</summary>
    public long AllocatedBytes { get; private init; }

    public ulong Number { get; private init; }

    public ulong Device { get; private init; }

    public bool IsRegular => (Mode & KindBits) == 0x8000;

    public bool IsFolder => (Mode & KindBits) == 0x4000;

    public bool IsLink => (Mode & KindBits) == 0xA000;

    /// <summary>As near to it as there is a time: whoever owns a file may give it any.</summary>
    public DateTimeOffset ModifiedAt => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(ModifiedSeconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds()))
        .AddTicks(ModifiedNanoseconds / TimeSpan.NanosecondsPerTick);

    public string Kind => (Mode & KindBits) switch
    {
        0x8000 => "file",
        0x4000 => "folder",
        0xA000 => "link",
        0x1000 => "pipe",
        0xC000 => "socket",
        _ => "device",
    };

    /// <summary>Null when there is nothing, or it may not be seen.</summary>
    public static unsafe FileStatus? Of(string path)
    {
        var status = stackalloc byte[256];
        return FileCalls.Status(FileCalls.CurrentFolder, path, NoFollow, Basic, status) == 0 ? Read(status) : null;
    }

    public static unsafe FileStatus? Of(SafeHandle handle)
    {
        var status = stackalloc byte[256];
        return FileCalls.Status(handle, "", EmptyPath, Basic, status) == 0 ? Read(status) : null;
    }

    /// <summary>Of what the path leads to in the end.</summary>
    public static unsafe FileStatus? Behind(string path)
    {
        var status = stackalloc byte[256];
        return FileCalls.Status(FileCalls.CurrentFolder, path, 0, Basic, status) == 0 ? Read(status) : null;
    }

    /// <param name="name">Of an entry of the folder; ends with NUL.</param>
    public static unsafe FileStatus? Of(SafeHandle folder, byte* name)
    {
        var status = stackalloc byte[256];
        return FileCalls.Status(folder, name, NoFollow, Basic, status) == 0 ? Read(status) : null;
    }

    private static unsafe FileStatus Read(byte* status) => new(
        *(ushort*)(status + 28), *(uint*)(status + 16), *(uint*)(status + 20), *(uint*)(status + 24), *(long*)(status + 40), *(long*)(status + 112), *(uint*)(status + 120))
    {
        AllocatedBytes = *(long*)(status + 48) * BlockSize,
        Number = *(ulong*)(status + 32),
        Device = ((ulong)*(uint*)(status + 136) << 32) | *(uint*)(status + 140),
    };
}

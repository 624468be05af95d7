using System.Buffers.Binary;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>Why a run is being ended, and when SIGKILL follows, in milliseconds of the host's uptime; that part may be missing.</summary>
internal static class KillRecord
{
    private const int WithDeadline = 9;

    public static byte[] Encode(KillIntent intent, TimeSpan? deadline)
    {
        if (deadline is not { } at)
            return [(byte)intent];
        var record = new byte[WithDeadline];
        record[0] = (byte)intent;
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(1), (long)Math.Min(at.TotalMilliseconds, long.MaxValue / 2d));
        return record;
    }

    public static (KillIntent Intent, TimeSpan? Deadline)? Decode(ReadOnlySpan<byte> record)
    {
        if (record.Length is not (1 or WithDeadline) || !Enum.IsDefined((KillIntent)record[0]))
            return null;
        return ((KillIntent)record[0], record.Length == 1
            ? null
            : TimeSpan.FromMilliseconds(Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(record[1..]), 0, (long)TimeSpan.MaxValue.TotalMilliseconds - 1)));
    }
}

using System.Buffers;
using System.Buffers.Binary;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>
/// The history of one run as records in a file that only grows: a kind, a length, that many bytes. A record that a crash
/// cut short is the last one and is left out when read.
/// </summary>
internal static class RunLog
{
    public const byte Framework = (byte)'f';
    public const byte Task = (byte)'t';
    public const byte Pod = (byte)'p';
    public const byte Program = (byte)'x';
    public const byte Delivered = (byte)'d';
    public const byte Status = (byte)'s';
    public const byte Acknowledged = (byte)'a';
    public const byte Kill = (byte)'k';

    /// <summary>In the history of an executor: of one of its tasks.</summary>
    public const byte Under = (byte)'u';

    /// <summary>Of a task in the history of its executor: it is forgotten.</summary>
    public const byte Gone = (byte)'g';

    private const int HeaderSize = 5;

    public static int SizeOf(int content) => HeaderSize + content;

    public static void Write(Stream to, byte kind, ReadOnlySpan<byte> content)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        header[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], content.Length);
        to.Write(header);
        to.Write(content);
    }

    public static void Write(IBufferWriter<byte> to, byte kind, ReadOnlySpan<byte> content)
    {
        var header = to.GetSpan(HeaderSize);
        header[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], content.Length);
        to.Advance(HeaderSize);
        to.Write(content);
    }

    public static IEnumerable<(byte Kind, ReadOnlyMemory<byte> Content)> Read(string path)
    {
        if (!File.Exists(path))
            yield break;
        var all = File.ReadAllBytes(path);
        for (var at = 0; at + HeaderSize <= all.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(all.AsSpan(at + 1));
            if (all[at] == 0 || length < 0 || length > all.Length - at - HeaderSize)
                yield break;
            yield return (all[at], all.AsMemory(at + HeaderSize, length));
            at += HeaderSize + length;
        }
    }
}

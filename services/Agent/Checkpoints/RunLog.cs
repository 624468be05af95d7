using System.Buffers.Binary;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>
/// The history of one run as records appended to a file: a kind, a length, that many bytes. A record that a crash cut
/// short is the last one and is left out when read.
/// </summary>
internal static class RunLog
{
    public const byte Status = (byte)'s';
    public const byte Acknowledged = (byte)'a';
    public const byte Kill = (byte)'k';
    private const int HeaderSize = 5;

    public static void Append(string path, byte kind, ReadOnlySpan<byte> content)
    {
        var record = new byte[HeaderSize + content.Length];
        record[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(1), content.Length);
        content.CopyTo(record.AsSpan(HeaderSize));
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = AtomicFile.OwnerOnly,
        });
        file.Write(record);
    }

    public static IEnumerable<(byte Kind, ReadOnlyMemory<byte> Content)> Read(string path)
    {
        if (!File.Exists(path))
            yield break;
        var all = File.ReadAllBytes(path);
        for (var at = 0; at + HeaderSize <= all.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(all.AsSpan(at + 1));
            if (length < 0 || at + HeaderSize + length > all.Length)
                yield break;
            yield return (all[at], all.AsMemory(at + HeaderSize, length));
            at += HeaderSize + length;
        }
    }
}

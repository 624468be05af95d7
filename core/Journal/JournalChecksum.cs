using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DataPlatform.Core.Journal;

/// <summary>Over a record's place, kind and bytes: neither database keeps one of its own for what lies on the disk.</summary>
internal static class JournalChecksum
{
    public static long Of(long sequence, int kind, ReadOnlySpan<byte> body)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(head, sequence);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], kind);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        hash.AppendData(body);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadInt64LittleEndian(digest);
    }
}

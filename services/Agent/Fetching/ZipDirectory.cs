using System.Buffers.Binary;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>Looks at the end of a zip before its directory, which is read as a whole, takes memory.</summary>
internal static class ZipDirectory
{
    private const int EndLength = 22;
    private const int LongestComment = 65_535;
    private const int BytesOfMember = 512;

    /// <exception cref="FetchException">The directory is larger than the members allowed need.</exception>
    /// <exception cref="InvalidDataException">There is no directory.</exception>
    public static void Check(Stream zip, UnpackBounds bounds)
    {
        var tail = new byte[Math.Min(zip.Length, EndLength + LongestComment)];
        zip.Seek(-tail.Length, SeekOrigin.End);
        zip.ReadExactly(tail);
        zip.Position = 0;
        var end = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (end < 0 || tail.Length - end < EndLength)
            throw new InvalidDataException("it has no directory");
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        var start = zip.Length - tail.Length + end;
        if (offset == uint.MaxValue)
            offset = LargeOffset(zip, start);
        // Whatever counts are written there: this is what would be read.
        var most = (long)bounds.MostMembers * BytesOfMember;
        if (start - offset > most)
            throw bounds.Refuse($"its directory has {start - offset} bytes, at most {most} are allowed, for {bounds.MostMembers} members");
    }

    private static long LargeOffset(Stream zip, long end)
    {
        const int locatorLength = 20;
        const int recordLength = 56;
        Span<byte> locator = stackalloc byte[locatorLength];
        Span<byte> record = stackalloc byte[recordLength];
        ReadAt(zip, end - locatorLength, locator, "PK\u0006\u0007"u8);
        ReadAt(zip, BinaryPrimitives.ReadInt64LittleEndian(locator[8..]), record, "PK\u0006\u0006"u8);
        zip.Position = 0;
        return BinaryPrimitives.ReadInt64LittleEndian(record[48..]);
    }

    private static void ReadAt(Stream zip, long offset, Span<byte> target, ReadOnlySpan<byte> signature)
    {
        if (offset < 0 || offset > zip.Length - target.Length)
            throw new InvalidDataException("its directory is not where it is said to be");
        zip.Position = offset;
        zip.ReadExactly(target);
        if (!target.StartsWith(signature))
            throw new InvalidDataException("its directory is not where it is said to be");
    }
}

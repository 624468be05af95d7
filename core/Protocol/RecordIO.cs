using System.Globalization;
using System.Text;

namespace DataPlatform.Core.Protocol;

/// <summary>RecordIO: a record is its length in decimal, a newline, and that many bytes.</summary>
public static class RecordIO
{
    public static byte[] Encode(ReadOnlySpan<byte> record)
    {
        var encoded = Begin(record.Length, out var place);
        record.CopyTo(place);
        return encoded;
    }

    /// <summary>A record to be filled.</summary>
    /// <param name="place">For its bytes, behind the length.</param>
    internal static byte[] Begin(int bytes, out Span<byte> place)
    {
        Span<byte> length = stackalloc byte[12];
        bytes.TryFormat(length, out var digits, default, CultureInfo.InvariantCulture);
        length[digits] = (byte)'\n';
        var encoded = new byte[digits + 1 + bytes];
        length[..(digits + 1)].CopyTo(encoded);
        place = encoded.AsSpan(digits + 1);
        return encoded;
    }
}

/// <summary>Reads records from a stream, whatever the boundaries at which its bytes arrive. One reader at a time.</summary>
/// <param name="maximumRecordBytes">A longer record is refused before it is read.</param>
public sealed class RecordReader(Stream stream, int maximumRecordBytes = RecordReader.DefaultMaximumRecordBytes)
{
    public const int DefaultMaximumRecordBytes = 64 * 1024 * 1024;

    private readonly byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    /// <summary>The next record, or null when the stream ended between two records.</summary>
    /// <exception cref="RecordFormatException">The bytes are no records.</exception>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await ReadLengthAsync(cancellationToken) is not { } length)
            return null;
        var record = new byte[length];
        var buffered = Math.Min(length, end - start);
        buffer.AsSpan(start, buffered).CopyTo(record);
        start += buffered;
        try
        {
            await stream.ReadExactlyAsync(record.AsMemory(buffered), cancellationToken);
        }
        catch (EndOfStreamException)
        {
            throw new RecordFormatException($"The stream ended inside a record of {length} bytes.");
        }

        return record;
    }

    private async ValueTask<int?> ReadLengthAsync(CancellationToken cancellationToken)
    {
        long length = 0;
        for (var digits = 0; ; digits++)
        {
            if (start == end)
            {
                start = 0;
                end = await stream.ReadAsync(buffer, cancellationToken);
                if (end == 0)
                    return digits == 0 ? null : throw new RecordFormatException("The stream ended inside a record's length.");
            }

            var next = buffer[start++];
            if (next == '\n' && digits > 0)
                return (int)length;
            if (next is < (byte)'0' or > (byte)'9')
                throw new RecordFormatException($"A record's length holds {Describe(next)}; only decimal digits and a newline may stand there.");
            length = length * 10 + (next - '0');
            if (length > maximumRecordBytes)
                throw new RecordFormatException($"A record is longer than the limit of {maximumRecordBytes} bytes.");
        }
    }

    private static string Describe(byte value) =>
        value is > 32 and < 127 ? $"'{Encoding.ASCII.GetString([value])}'" : $"the byte 0x{value:x2}";
}

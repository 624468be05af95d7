using System.Globalization;
using System.Text;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>
/// Reads a tar (V7, ustar, pax, GNU) member by member with bounded memory: the names that pax and GNU put before a member are read only
/// up to a bound, and nothing else is held.
/// </summary>
internal sealed class TarReading(Stream stream, UnpackBounds bounds)
{
    /// <summary>Longest name or set of attributes of one member, in bytes.</summary>
    public const int LongestExtension = 64 * 1024;

    private const int Block = 512;
    private readonly byte[] header = new byte[Block];
    private readonly byte[] scrap = new byte[64 * 1024];
    private long unread;
    private long padding;

    /// <summary>Null at the end.</summary>
    /// <exception cref="InvalidDataException">It is no tar, or damaged.</exception>
    /// <exception cref="FetchException">It is beyond a bound.</exception>
    public TarMember? Next()
    {
        string? name = null, link = null;
        long? size = null;
        while (true)
        {
            Skip(unread + padding);
            unread = padding = 0;
            if (!ReadHeader())
                return null;
            bounds.CountHeader();
            var type = (char)header[156];
            var given = Number(header.AsSpan(124, 12));
            switch (type)
            {
                case 'L':
                    name = Text(Extension(given, "name"));
                    continue;
                case 'K':
                    link = Text(Extension(given, "link"));
                    continue;
                case 'x':
                    foreach (var (key, value) in Attributes(Extension(given, "set of attributes")))
                    {
                        if (key == "path")
                            name = value;
                        else if (key == "linkpath")
                            link = value;
                        else if (key == "size")
                            size = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : throw new InvalidDataException($"the size '{value}' is no number");
                        else if (key.StartsWith("GNU.sparse.", StringComparison.Ordinal))
                            throw bounds.Refuse("it holds a sparse file, which is not unpacked");
                    }

                    continue;
                case 'g':
                    Extension(given, "set of attributes");
                    continue;
                default:
                    return Member(type, name ?? OwnName(), link ?? Text(header.AsSpan(157, 100)), size ?? given);
            }
        }
    }

    /// <summary>The next bytes of the member's content; 0 at its end.</summary>
    public int Read(Span<byte> buffer)
    {
        if (unread == 0)
            return 0;
        var count = stream.Read(buffer[..(int)Math.Min(buffer.Length, unread)]);
        if (count == 0)
            throw new EndOfStreamException("it ends within a member");
        unread -= count;
        return count;
    }

    private TarMember Member(char type, string name, string link, long size)
    {
        if (type is '\0' or '7')
            type = TarMember.File;
        if (type == TarMember.File && name.EndsWith('/'))
            type = TarMember.Folder; // As V7 wrote it.
        // Only files have content; what links and folders state is how much something else has.
        var content = type is >= '1' and <= '6' ? 0 : size;
        unread = content;
        padding = Padding(content);
        return new TarMember(name, type, (UnixFileMode)(Number(header.AsSpan(100, 8)) & 0x1FF), link, content);
    }

    private bool ReadHeader()
    {
        var count = stream.ReadAtLeast(header, Block, throwOnEndOfStream: false);
        if (count == 0)
            return false;
        if (count < Block)
            throw new EndOfStreamException("it ends within a header");
        if (!header.AsSpan().ContainsAnyExcept((byte)0))
            return false;
        var sum = 0;
        for (var index = 0; index < Block; index++)
            sum += index is >= 148 and < 156 ? ' ' : header[index];
        if (Number(header.AsSpan(148, 8)) != sum)
            throw new InvalidDataException("a header's checksum is wrong");
        return true;
    }

    private byte[] Extension(long size, string what)
    {
        if (size > LongestExtension)
            throw bounds.Refuse($"it has a {what} of {size} bytes, at most {LongestExtension} are allowed");
        var content = new byte[size];
        stream.ReadExactly(content);
        Skip(Padding(size));
        return content;
    }

    private static IEnumerable<(string Key, string Value)> Attributes(byte[] content)
    {
        for (var at = 0; at < content.Length;)
        {
            var space = Array.IndexOf(content, (byte)' ', at);
            if (space < 0 || !int.TryParse(Encoding.ASCII.GetString(content, at, space - at), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ||
                length <= space - at + 1 || length > content.Length - at || content[at + length - 1] != '\n')
                throw new InvalidDataException("a set of attributes is malformed");
            var record = Encoding.UTF8.GetString(content, space + 1, at + length - 1 - (space + 1));
            at += length;
            var equals = record.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
                throw new InvalidDataException("a set of attributes is malformed");
            yield return (record[..equals], record[(equals + 1)..]);
        }
    }

    private string OwnName()
    {
        var name = Text(header.AsSpan(0, 100));
        var prefix = header.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? Text(header.AsSpan(345, 155)) : "";
        return prefix.Length == 0 ? name : prefix + "/" + name;
    }

    private void Skip(long bytes)
    {
        while (bytes > 0)
        {
            var count = stream.Read(scrap.AsSpan(0, (int)Math.Min(scrap.Length, bytes)));
            if (count == 0)
                throw new EndOfStreamException("it ends within a member");
            bytes -= count;
        }
    }

    private static long Padding(long size) => (Block - (size % Block)) % Block;

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    /// <summary>Octal digits, or from GNU, with the highest bit set, big-endian binary.</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        long number = 0;
        if ((field[0] & 0x80) != 0)
        {
            number = field[0] & 0x7F;
            foreach (var part in field[1..])
                number = number <= long.MaxValue >> 8 ? (number << 8) | part : throw new InvalidDataException("a number is negative or too large");
            return number;
        }

        foreach (var digit in field.Trim(" \0"u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                throw new InvalidDataException("a number is malformed");
            number = (number << 3) | (uint)(digit - '0');
        }

        return number;
    }
}

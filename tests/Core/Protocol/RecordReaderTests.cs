using System.Text;
using DataPlatform.Core.Protocol;

namespace DataPlatform.Core.Tests.Protocol;

public sealed class RecordReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100_000)]
    public async Task Reads_records_whatever_the_boundaries_of_arrival(int chunk)
    {
        byte[][] records = [[1, 2, 3], [], Enumerable.Repeat((byte)'\n', 50_000).ToArray()];
        using var stream = new Trickle(records.SelectMany(record => RecordIO.Encode(record)).ToArray(), chunk);
        var reader = new RecordReader(stream, 1 << 20);
        foreach (var record in records)
            (await reader.ReadAsync(default)).ShouldBe(record);
        (await reader.ReadAsync(default)).ShouldBeNull();
    }

    [Theory]
    [InlineData("x\n", "'x'")]
    [InlineData("\n", "0x0a")]
    [InlineData("-1\n", "'-'")]
    [InlineData("5\nab", "inside a record")]
    [InlineData("5", "length")]
    [InlineData("1048577\n", "longer than the limit")]
    [InlineData("99999999999999999999999999\n", "longer than the limit")]
    public async Task Refuses_bytes_that_are_no_records_and_says_why(string text, string named)
    {
        using var stream = new MemoryStream(Encoding.ASCII.GetBytes(text));
        var refusal = await Should.ThrowAsync<RecordFormatException>(async () => await new RecordReader(stream, 1 << 20).ReadAsync(default));
        refusal.Message.ShouldContain(named);
    }

    private sealed class Trickle(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }
}

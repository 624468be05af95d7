using DataPlatform.Services.Hosting.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.Hosting.Serving;

public class WholeBodyTests
{
    [Fact]
    public async Task Reads_what_fits()
    {
        var context = new DefaultHttpContext { Request = { Body = new MemoryStream([1, 2, 3]) } };

        (await WholeBody.ReadAsync(context, 3)).ShouldBeOfType<WholeBody.Read>().Content.ToArray().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Reads_what_comes_piece_by_piece()
    {
        var content = Enumerable.Range(0, 3_000_000).Select(number => (byte)number).ToArray();
        var context = new DefaultHttpContext { Request = { Body = new Slow(content) } };

        (await WholeBody.ReadAsync(context, content.Length)).ShouldBeOfType<WholeBody.Read>().Content.Span.SequenceEqual(content).ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refuses_what_is_longer_and_names_the_limit(bool declared)
    {
        var context = new DefaultHttpContext { Request = { Body = new Endless(), ContentLength = declared ? 5_000_000_000 : null } };

        var refused = (await WholeBody.ReadAsync(context, 100_000)).ShouldBeOfType<WholeBody.Refused>();

        refused.Status.ShouldBe(413);
        refused.Message.ShouldContain("100000 bytes");
    }

    [Fact]
    public async Task Gives_up_on_what_does_not_arrive_in_time_and_names_the_limit()
    {
        var time = new FakeTimeProvider();
        var silent = new Silent();
        var context = new DefaultHttpContext { Request = { Body = silent } };
        var reading = WholeBody.ReadAsync(context, 100, time);
        await silent.Asked.WaitAsync(TimeSpan.FromSeconds(20));

        time.Advance(TimeSpan.FromSeconds(30));

        var refused = (await reading.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeOfType<WholeBody.Refused>();
        refused.Status.ShouldBe(408);
        refused.Message.ShouldContain("30 s");
    }

    /// <summary>Never more than a piece at once, and that not at once.</summary>
    private sealed class Slow(byte[] content) : Source
    {
        private int given;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            var piece = content.AsMemory(given, Math.Min(Math.Min(buffer.Length, 1000), content.Length - given));
            piece.CopyTo(buffer);
            given += piece.Length;
            return piece.Length;
        }
    }

    /// <summary>Zeroes without an end.</summary>
    private sealed class Endless : Source
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);
    }

    /// <summary>Never a byte.</summary>
    private sealed class Silent : Source
    {
        private readonly TaskCompletionSource asked = new();

        public Task Asked => asked.Task;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }

    private abstract class Source : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

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

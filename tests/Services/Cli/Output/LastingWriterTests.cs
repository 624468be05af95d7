using System.Text;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Tests.Cli.Output;

public sealed class LastingWriterTests
{
    [Fact]
    public async Task Passes_on_what_is_written()
    {
        using var inner = new StringWriter();
        await using var writer = new LastingWriter(inner);

        await writer.WriteLineAsync("one");
        writer.Write("two");
        writer.Write('3');

        inner.ToString().ShouldBe("one\ntwo3");
    }

    [Fact]
    public async Task Goes_on_without_a_word_when_nobody_reads_any_more()
    {
        var inner = new ClosedTerminal();
        await using var writer = new LastingWriter(inner);

        await writer.WriteLineAsync("one");
        await writer.WriteLineAsync("two");
        await writer.FlushAsync(TestContext.Current.CancellationToken);

        inner.Attempts.ShouldBe(1);
    }

    private sealed class ClosedTerminal : TextWriter
    {
        public int Attempts { get; private set; }

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            Attempts++;
            throw new IOException("Input/output error");
        }

        public override void Flush() => throw new IOException("Input/output error");
    }
}

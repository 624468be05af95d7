using System.Text;

namespace DataPlatform.Services.Cli.Output;

/// <summary>Writes as long as somebody reads: what goes on when its terminal is closed is not to fail for it.</summary>
public sealed class LastingWriter(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    private volatile bool gone;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Attempt(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Attempt(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Attempt(() => inner.Write(value));

    public override void WriteLine(string? value) => Attempt(() => inner.WriteLine(value));

    public override void Flush() => Attempt(inner.Flush);

    public override Task WriteAsync(string? value) => Done(() => Write(value));

    public override Task WriteLineAsync(string? value) => Done(() => WriteLine(value));

    public override Task FlushAsync() => Done(Flush);

    private static Task Done(Action write)
    {
        write();
        return Task.CompletedTask;
    }

    private void Attempt(Action write)
    {
        if (gone) return;
        try
        {
            write();
        }
        catch (IOException)
        {
            gone = true;
        }
    }
}

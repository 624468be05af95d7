using System.Text;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Cli.Output;

/// <summary>Writes each line of a log as one line of JSON. What has no end of line yet is kept until it has, or until this is disposed.</summary>
public sealed class LogEntries(TextWriter writer, string task, string stream) : TextWriter
{
    private readonly StringBuilder begun = new();

    public override Encoding Encoding => writer.Encoding;

    public override void Write(char value)
    {
        if (value == '\n') End();
        else begun.Append(value);
    }

    public override void Flush() => writer.Flush();

    public override Task FlushAsync() => writer.FlushAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing && begun.Length > 0) End();
        base.Dispose(disposing);
    }

    private void End()
    {
        writer.WriteLine(new JsonObject { ["task"] = task, ["stream"] = stream, ["text"] = begun.ToString() }.ToJsonString(JsonOutput.Line));
        begun.Clear();
    }
}

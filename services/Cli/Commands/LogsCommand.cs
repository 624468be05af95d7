using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class LogsCommand
{
    private const int Part = 64 * 1024;

    public static Command Create(Surroundings surroundings)
    {
        var task = Shared.Task(surroundings);
        var error = new Option<bool>("--stderr") { Description = "What it wrote to standard error instead of standard output" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is written from now on, until Ctrl-C" };
        var tail = new Option<int?>("--tail") { Description = "Only the last lines", HelpName = "LINES" };
        tail.Validators.Add(result =>
        {
            if (result.GetValue(tail) is < 1 or > 1_000_000) result.AddError("--tail takes a whole number from 1 to 1000000");
        });
        var command = new ExampledCommand("logs", "Shows what a task wrote", "dp logs trial/worker-0 --stderr --tail 50", "dp logs trial/connect-0 --follow") { task, error, follow, tail };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (cluster, name) = Split(parsed.GetRequiredValue(task));
            var stream = parsed.GetValue(error) ? "stderr" : "stdout";
            using var client = surroundings.Connect();
            using var entries = parsed.WantsJson() ? new LogEntries(surroundings.Output, $"{cluster}/{name}", stream) : null;
            var output = entries ?? surroundings.Output;
            Task<LogView> Read(long offset, int length) => client.LogAsync(cluster, name, stream, offset, length, cancellation);

            var position = parsed.GetValue(tail) is { } lines ? await WriteLastLinesAsync(output, Read, lines) : 0;
            while (true)
            {
                var part = await Read(position, Part);
                // A file that became smaller was begun anew.
                position = part.Size < position ? 0 : part.NextOffset;
                await output.WriteAsync(part.Text);
                if (part.Text.Length > 0 && part.NextOffset < part.Size) continue;
                await output.FlushAsync(cancellation);
                if (!parsed.GetValue(follow)) return ExitCode.Done;
                await Task.Delay(TimeSpan.FromMilliseconds(500), surroundings.Time, cancellation);
            }
        });
        return command;
    }

    public static (string Cluster, string Task) Split(string text) =>
        text.Split('/') is [{ Length: > 0 } cluster, { Length: > 0 } task] ? (cluster, task) : throw new UsageException($"'{text}' is not CLUSTER/TASK, such as trial/worker-0");

    /// <summary>Reads back from the end in growing parts until there are enough lines. Returns where the file was read to.</summary>
    private static async Task<long> WriteLastLinesAsync(TextWriter output, Func<long, int, Task<LogView>> read, int lines)
    {
        for (var length = Part; ; length *= 4)
        {
            var end = await read(-length, length);
            var text = end.Text;
            var position = text.Length - (text.EndsWith('\n') ? 1 : 0);
            var found = 0;
            while (position > 0 && found < lines)
                if ((position = text.LastIndexOf('\n', position - 1)) < 0) break;
                else found++;
            if (found < lines && end.Offset > 0 && length < 16 * 1024 * 1024) continue;
            await output.WriteAsync(found == lines ? text[(position + 1)..] : text);
            return end.NextOffset;
        }
    }
}

using System.Net;
using System.Text;
using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;

namespace DataPlatform.Services.ControlPlane.Pool;

/// <summary>A part of a task's output, or why it can't be read.</summary>
public abstract record LogReading
{
    private LogReading() { }

    public sealed record Part(LogView Log) : LogReading;

    public sealed record Unreadable(string Reason) : LogReading;
}

/// <summary>Reads tasks' output from the agent that has it.</summary>
public sealed class TaskLogs(AgentClients agents)
{
    public const int MostBytes = 256 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="offset">In bytes; negative counts from the end.</param>
    public async Task<LogReading> Read(TaskView task, string frameworkId, string stream, long offset, int length, CancellationToken cancellation)
    {
        if (agents.Of(task) is not { } client) return new LogReading.Unreadable($"{task.Name} has not been placed on a host yet");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var path = $"{AgentClient.SandboxPath(frameworkId, task.TaskId)}/{stream}";
            var file = await client.ReadFileAsync(path, offset, Math.Clamp(length, 0, MostBytes), limit.Token);
            var whole = WholeCharacters(file.Data);
            return new LogReading.Part(new LogView(task.Name, stream, file.Offset, file.Offset + whole, file.Size, Encoding.UTF8.GetString(file.Data.AsSpan(0, whole))));
        }
        catch (MesosCallException error) when (error.Status == HttpStatusCode.NotFound)
        {
            return new LogReading.Unreadable($"{stream} of {task.Name} is not on {task.Host}: not written yet, or removed");
        }
        catch (Exception error) when (error is HttpRequestException or MessageFormatException or MesosCallException or IOException)
        {
            return new LogReading.Unreadable($"the agent on {task.Host} did not give {stream} of {task.Name}: {error.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new LogReading.Unreadable($"the agent on {task.Host} did not answer within {Patience.TotalSeconds:0} s");
        }
    }

    /// <summary>How many bytes end with a whole character: the rest of one that was cut is read with what follows.</summary>
    public static int WholeCharacters(ReadOnlySpan<byte> utf8)
    {
        for (var back = 1; back <= Math.Min(3, utf8.Length); back++)
        {
            var current = utf8[^back];
            if ((current & 0xC0) == 0x80) continue;
            var needed = current >= 0xF0 ? 4 : current >= 0xE0 ? 3 : current >= 0xC0 ? 2 : 1;
            return needed > back && utf8.Length > back ? utf8.Length - back : utf8.Length;
        }

        return utf8.Length;
    }
}

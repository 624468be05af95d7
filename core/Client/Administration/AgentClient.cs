using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Client.Administration;

/// <summary>The operator API of an agent: files of sandboxes, and what runs there.</summary>
public sealed class AgentClient(Uri agent, MesosCredential? credential = null, HttpMessageHandler? handler = null) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly MesosEndpoint endpoint = new(agent, "/api/v1", credential, MessageCodec.Protobuf, handler);

    /// <summary>The virtual path of a command task's sandbox, whose executor has the task's id.</summary>
    public static string SandboxPath(string frameworkId, string taskId) => $"/frameworks/{frameworkId}/executors/{taskId}/runs/latest";

    /// <summary>Reads a part of a file. A negative <paramref name="offset"/> counts from the end.</summary>
    /// <exception cref="MesosCallException">There is no such file.</exception>
    public async Task<FilePart> ReadFileAsync(string path, long offset, int length, CancellationToken cancellationToken)
    {
        if (offset < 0)
        {
            var end = await ReadAsync(path, 0, 0, cancellationToken);
            offset = Math.Max(0, (long)end.Size + offset);
        }
        var part = await ReadAsync(path, (ulong)offset, (ulong)length, cancellationToken);
        return new FilePart(offset, (long)part.Size, part.Data.ToByteArray());
    }

    public async Task<IReadOnlyList<Protocol.Mesos.FileInfo>> ListFilesAsync(string path, CancellationToken cancellationToken)
    {
        var call = new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.ListFiles, ListFiles = new AgentOperatorCall.Types.ListFiles { Path = path } };
        return (await endpoint.AskAsync<AgentOperatorResponse>(call, Timeout, cancellationToken)).ListFiles.FileInfos;
    }

    /// <summary>The container of a task that runs; null when the agent runs no such task.</summary>
    public async Task<ContainerID?> FindContainerAsync(string frameworkId, string taskId, CancellationToken cancellationToken)
    {
        var tasks = (await endpoint.AskAsync<AgentOperatorResponse>(new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.GetTasks }, Timeout, cancellationToken)).GetTasks;
        return tasks.LaunchedTasks.FirstOrDefault(task => task.FrameworkId.Value == frameworkId && task.TaskId.Value == taskId)?
            .Statuses.Select(status => status.ContainerStatus?.ContainerId).LastOrDefault(id => id is not null);
    }

    /// <inheritdoc cref="AgentSession.StartAsync"/>
    public Task<AgentSession> StartSessionAsync(ContainerID id, CommandInfo command, TTYInfo? terminal, TimeProvider time, CancellationToken cancellationToken) =>
        AgentSession.StartAsync(endpoint, id, command, terminal, time, cancellationToken);

    /// <summary>What the agent counts, in Prometheus's text form. The caller disposes the answer, whose status may be any but a redirect.</summary>
    public Task<HttpResponseMessage> GetMetricsTextAsync(CancellationToken cancellationToken) => endpoint.GetAsync("/metrics", cancellationToken);

    public async Task<bool> GetHealthAsync(CancellationToken cancellationToken) =>
        (await endpoint.AskAsync<AgentOperatorResponse>(new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.GetHealth }, Timeout, cancellationToken)).GetHealth.Healthy;

    public void Dispose() => endpoint.Dispose();

    private async Task<AgentOperatorResponse.Types.ReadFile> ReadAsync(string path, ulong offset, ulong length, CancellationToken cancellationToken)
    {
        var call = new AgentOperatorCall
        {
            Type = AgentOperatorCall.Types.Type.ReadFile,
            ReadFile = new AgentOperatorCall.Types.ReadFile { Path = path, Offset = offset, Length = length },
        };
        return (await endpoint.AskAsync<AgentOperatorResponse>(call, Timeout, cancellationToken)).ReadFile;
    }
}

/// <param name="Size">Bytes in the whole file when it was read.</param>
public sealed record FilePart(long Offset, long Size, byte[] Data);

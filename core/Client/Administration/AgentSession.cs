using System.Net;
using System.Runtime.CompilerServices;

using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

using Google.Protobuf;

using Attach = DataPlatform.Core.Protocol.Mesos.AgentOperatorCall.Types.AttachContainerInput;
using CallType = DataPlatform.Core.Protocol.Mesos.AgentOperatorCall.Types.Type;

namespace DataPlatform.Core.Client.Administration;

/// <summary>A command that runs within a task's container for as long as this is open, with what it reads and writes.</summary>
public sealed class AgentSession : IAsyncDisposable
{
    private const int LongestRecord = 4 * 1024 * 1024;
    private const int LargestInput = 64 * 1024;
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(30);
    private static readonly AgentOperatorCall Heartbeat = Input(new ProcessIO
    {
        Type = ProcessIO.Types.Type.Control, Control = new ProcessIO.Types.Control { Type = ProcessIO.Types.Control.Types.Type.Heartbeat },
    });

    private readonly MesosEndpoint endpoint;
    private readonly HttpResponseMessage answer;
    private readonly RecordsContent input;
    private readonly CancellationTokenSource closed = new();
    private readonly Task attached;
    private readonly ITimer heartbeats;

    private AgentSession(MesosEndpoint endpoint, ContainerID id, HttpResponseMessage answer, TimeProvider time)
    {
        this.endpoint = endpoint;
        this.answer = answer;
        Id = id;
        input = new RecordsContent(endpoint.Codec);
        attached = AttachAsync();
        heartbeats = time.CreateTimer(_ => input.TryAdd(Heartbeat), null, HeartbeatInterval, HeartbeatInterval);
    }

    public ContainerID Id { get; }

    /// <summary>False when the agent has closed the input: it refuses it, or the command has ended.</summary>
    public bool TakesInput => !attached.IsCompleted;

    /// <param name="terminal">Null: pipes.</param>
    /// <exception cref="MesosCallException">The agent refuses.</exception>
    public static async Task<AgentSession> StartAsync(
        MesosEndpoint endpoint, ContainerID id, CommandInfo command, TTYInfo? terminal, TimeProvider time, CancellationToken cancellationToken)
    {
        var call = new AgentOperatorCall
        {
            Type = CallType.LaunchNestedContainerSession,
            LaunchNestedContainerSession = new AgentOperatorCall.Types.LaunchNestedContainerSession
            {
                ContainerId = id, Command = command,
                Container = terminal is null ? null : new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, TtyInfo = terminal },
            },
        };
        var answer = await endpoint.PostAsync(call, null, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.OK)
            return new AgentSession(endpoint, id, answer, time);
        using (answer)
            throw await MesosEndpoint.RefusalAsync(answer, cancellationToken);
    }

    /// <summary>What the command writes, to its end.</summary>
    /// <exception cref="IOException">The connection to the agent broke.</exception>
    public async IAsyncEnumerable<ProcessIO.Types.Data> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var records = new RecordReader(await answer.Content.ReadAsStreamAsync(cancellationToken), LongestRecord);
        while (await records.ReadAsync(cancellationToken) is { } record)
        {
            if (endpoint.Codec.Decode<ProcessIO>(record) is { Type: ProcessIO.Types.Type.Data, Data: { } data })
                yield return data;
        }
    }

    /// <summary>Waits while the command does not read. What it does not want any more is lost, as is all when <see cref="TakesInput"/> has become false.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        for (; content.Length > 0; content = content[Math.Min(LargestInput, content.Length)..])
            await SendAsync(content[..Math.Min(LargestInput, content.Length)], cancellationToken);
    }

    /// <summary>The command reads no more than it was given so far.</summary>
    public Task EndInputAsync(CancellationToken cancellationToken) => SendAsync(ReadOnlyMemory<byte>.Empty, cancellationToken);

    public async Task ResizeAsync(uint rows, uint columns, CancellationToken cancellationToken) => await input.AddAsync(Input(new ProcessIO
    {
        Type = ProcessIO.Types.Type.Control,
        Control = new ProcessIO.Types.Control
        {
            Type = ProcessIO.Types.Control.Types.Type.TtyInfo,
            TtyInfo = new TTYInfo { WindowSize = new TTYInfo.Types.WindowSize { Rows = rows, Columns = columns } },
        },
    }), cancellationToken);

    /// <summary>What wait(2) told of the command once it has ended; null when that is not known.</summary>
    /// <exception cref="MesosCallException">The agent knows nothing of it any more.</exception>
    public async Task<int?> WaitAsync(CancellationToken cancellationToken)
    {
        var call = new AgentOperatorCall { Type = CallType.WaitNestedContainer, WaitNestedContainer = new AgentOperatorCall.Types.WaitNestedContainer { ContainerId = Id } };
        var ended = (await endpoint.AskAsync<AgentOperatorResponse>(call, Timeout.InfiniteTimeSpan, cancellationToken)).WaitNestedContainer;
        return ended.HasExitStatus ? ended.ExitStatus : null;
    }

    /// <summary>The command ends if it has not.</summary>
    public async ValueTask DisposeAsync()
    {
        await heartbeats.DisposeAsync();
        input.Complete();
        await closed.CancelAsync();
        answer.Dispose();
        await attached;
        closed.Dispose();
    }

    private async Task SendAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => await input.AddAsync(Input(new ProcessIO
    {
        Type = ProcessIO.Types.Type.Data,
        Data = new ProcessIO.Types.Data { Type = ProcessIO.Types.Data.Types.Type.Stdin, Data_ = ByteString.CopyFrom(content.Span) },
    }), cancellationToken);

    private async Task AttachAsync()
    {
        try
        {
            await input.AddAsync(
                new AgentOperatorCall { Type = CallType.AttachContainerInput, AttachContainerInput = new Attach { Type = Attach.Types.Type.ContainerId, ContainerId = Id } }, closed.Token);
            using var ended = await endpoint.PostRecordsAsync(input, closed.Token);
        }
        catch (Exception gone) when (gone is HttpRequestException or OperationCanceledException or IOException)
        {
            // The command has ended, or the agent: the output tells.
        }
        finally
        {
            input.Complete();
        }
    }

    private static AgentOperatorCall Input(ProcessIO io) => new()
    {
        Type = CallType.AttachContainerInput, AttachContainerInput = new Attach { Type = Attach.Types.Type.ProcessIo, ProcessIo = io },
    };
}

using System.Net;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Services.Agent.Configuration;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Link;

/// <summary>
/// The one connection to the master: registers, hands on what the master says, sends updates; begins anew whenever the
/// stream ends, falls silent or is not accepted any more.
/// </summary>
internal sealed class MasterLink : IDisposable
{
    private const string LinkPath = "/api/v1/agent-link";
    private const string StreamIdHeader = "Dataplatform-Stream-Id";
    private static readonly TimeSpan SilenceBeforeRegistered = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(20);

    private readonly MesosEndpoint master;
    private readonly RegistrationBackoff backoff;
    private readonly LinkStatus status;
    private readonly ILogger log;
    private readonly bool hasOthers;
    private Stream? stream;
    private HttpStatusCode? answered;

    public MasterLink(AgentOptions options, RegistrationBackoff backoff, LinkStatus status, ILogger log)
    {
        this.backoff = backoff;
        this.status = status;
        this.log = log;
        hasOthers = options.Masters.Count > 1;
        master = new MesosEndpoint(options.Masters, LinkPath, options.Credential, MessageCodec.Protobuf, new FailedConnectionHandler(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = 8,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            ConnectCallback = OwnAddress.ConnectFrom(options.Address),
            UseCookies = false,
            UseProxy = false,
        }))
        {
            StreamIdHeader = StreamIdHeader,
        };
    }

    /// <summary>The master that was spoken to last.</summary>
    public Uri Master => master.Address;

    /// <summary>Runs until cancelled.</summary>
    /// <param name="register">What to say about this agent now; null while it can't join.</param>
    public async Task RunAsync(Func<Task<AgentCall.Types.Register?>> register, Func<AgentEvent, Task> handle, Func<Task> lost, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await register() is { } self)
                    await FollowAsync(self, handle, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception problem) when (problem is HttpRequestException or IOException or OperationCanceledException or RecordFormatException or MessageFormatException or MesosCallException)
            {
                log.LogWarning("No link to the master {Master}: {Problem}", master.Address, problem.Message);
                status.Failed(LinkProblem.Briefly(problem));
            }

            if (Interlocked.Exchange(ref stream, null) is not null)
                master.TurnToNext();
            // Of several masters, those that live soon know another leader than the one that they still send on to.
            var someoneWillLead = hasOthers || answered == HttpStatusCode.ServiceUnavailable;
            answered = null;
            status.Lost();
            await lost();
            try
            {
                await Task.Delay(backoff.Next(someoneWillLead), stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
    }

    /// <summary>Sends without waiting for the answer; what is lost is sent again by its own rules.</summary>
    public void Send(AgentCall call) => _ = SendAsync(call);

    /// <summary>The same of updates of different tasks: in as few calls as the master takes them.</summary>
    public void Send(IReadOnlyList<AgentCall.Types.Update> updates)
    {
        if (Volatile.Read(ref stream) is not { } current)
            return;
        foreach (var call in UpdateCalls.Of(updates, current.MostUpdates))
            Send(call);
    }

    /// <summary>Gives the present stream up, so that the agent registers again.</summary>
    public void Reset() => Volatile.Read(ref stream)?.Cancel();

    public void Dispose() => master.Dispose();

    private async Task FollowAsync(AgentCall.Types.Register self, Func<AgentEvent, Task> handle, CancellationToken stop)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stop);
        silence.CancelAfter(SilenceBeforeRegistered);
        var call = new AgentCall { Type = AgentCall.Types.Type.Register, Register = self };
        if (self.AgentInfo.Id is { } id)
            call.AgentId = id;
        using var response = await master.PostAsync(call, null, HttpCompletionOption.ResponseHeadersRead, silence.Token);
        answered = response.StatusCode;
        if (response.StatusCode != HttpStatusCode.OK)
        {
            var text = await response.Content.ReadAsStringAsync(silence.Token);
            throw new HttpRequestException(
                $"the master answered {(int)response.StatusCode}: {text[..Math.Min(text.Length, 500)]}", null, response.StatusCode);
        }

        if (!response.Headers.TryGetValues(StreamIdHeader, out var values))
            throw new HttpRequestException($"the answer has no {StreamIdHeader}");
        var current = new Stream(values.First(), silence);
        await using var content = await response.Content.ReadAsStreamAsync(silence.Token);
        var reader = new RecordReader(content);
        var patience = SilenceBeforeRegistered;
        while (await reader.ReadAsync(silence.Token) is { } record)
        {
            var message = MessageCodec.Protobuf.Decode<AgentEvent>(record);
            if (message.Type == AgentEvent.Types.Type.Registered)
            {
                backoff.Reset();
                patience = TimeSpan.FromSeconds(message.Registered.PingIntervalSeconds * Math.Max(1, message.Registered.PingMisses));
                current.AgentId = message.Registered.AgentId;
                current.MostUpdates = message.Registered.MostUpdates;
                Volatile.Write(ref stream, current);
                status.Registered();
            }
            else if (message.Type == AgentEvent.Types.Type.Ping)
            {
                Send(new AgentCall { Type = AgentCall.Types.Type.Pong });
            }
            else if (message.Type == AgentEvent.Types.Type.Refused)
            {
                throw new HttpRequestException($"the master refuses this agent: {message.Refused.Message}");
            }

            silence.CancelAfter(patience);
            await handle(message);
        }

        throw new HttpRequestException("the master closed the stream");
    }

    private async Task SendAsync(AgentCall call)
    {
        if (Volatile.Read(ref stream) is not { } current)
            return;
        try
        {
            call.AgentId = current.AgentId;
            using var timeout = new CancellationTokenSource(CallTimeout);
            using var response = await master.PostAsync(call, current.Id, HttpCompletionOption.ResponseContentRead, timeout.Token);
            if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden)
            {
                log.LogWarning("The master did not accept {Type} ({Status}); registering again", call.Type, (int)response.StatusCode);
                current.Cancel();
            }
            else if (!response.IsSuccessStatusCode)
            {
                log.LogWarning("The master answered {Status} to {Type}", (int)response.StatusCode, call.Type);
            }
        }
        catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException or IOException or MesosCallException)
        {
            log.LogWarning("{Type} did not reach the master: {Problem}", call.Type, problem.Message);
        }
    }

    private sealed class Stream(string id, CancellationTokenSource life)
    {
        public string Id { get; } = id;

        public Core.Protocol.Mesos.AgentID? AgentId { get; set; }

        /// <summary>Of one call; 0 of a master that takes each by itself.</summary>
        public int MostUpdates { get; set; }

        public void Cancel()
        {
            try
            {
                life.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The stream has ended by itself.
            }
        }
    }
}

using System.Net;

using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Client.Scheduler;

/// <summary>One connection of a scheduler: opened by the first read, watched for heartbeats, never opened again.</summary>
internal sealed class Subscription(MesosEndpoint endpoint, SchedulerClientSettings settings, TimeProvider clock) : IAsyncDisposable
{
    private HttpResponseMessage? response;
    private RecordReader? records;
    private TimeSpan silence = settings.CallTimeout;

    public string? StreamId { get; private set; }

    /// <summary>Why the connection is gone, once <see cref="NextAsync"/> answered null.</summary>
    public string Loss { get; private set; } = "not connected yet";

    /// <summary>The master refused the call itself: the same call would be refused again.</summary>
    public bool Final { get; private set; }

    /// <summary>The next event; null when the connection is gone.</summary>
    public async Task<SchedulerEvent?> NextAsync(SchedulerCall subscribe, CancellationToken cancellationToken)
    {
        using var watch = new CancellationTokenSource(silence, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, watch.Token);
        try
        {
            if (records is null && !await OpenAsync(subscribe, either.Token))
                return null;
            var record = await records!.ReadAsync(either.Token);
            if (record is null)
            {
                Loss = "the master closed the connection";
                return null;
            }
            var received = endpoint.Codec.Decode<SchedulerEvent>(record);
            if (received.Type == SchedulerEvent.Types.Type.Subscribed && received.Subscribed.HasHeartbeatIntervalSeconds)
                silence = TimeSpan.FromSeconds(received.Subscribed.HeartbeatIntervalSeconds * settings.MissedHeartbeats);
            return received;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Loss = $"the master was silent for {silence.TotalSeconds:0.#} s";
        }
        catch (OperationCanceledException)
        {
            Loss = "stopped";
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or RecordFormatException or MessageFormatException or MesosCallException)
        {
            Loss = LostMaster.Describe(endpoint.Address, lost);
        }
        return null;
    }

    public ValueTask DisposeAsync()
    {
        // Whoever ended it, or fell silent, may lead no more.
        if (records is not null)
            endpoint.TurnToNext();
        response?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> OpenAsync(SchedulerCall subscribe, CancellationToken cancellationToken)
    {
        response = await endpoint.PostAsync(subscribe, null, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            var refusal = await MesosEndpoint.RefusalAsync(response, cancellationToken);
            Loss = $"SUBSCRIBE refused: {refusal.Message}";
            // A master that recovers or does not lead yet answers 503; a refusal of the call itself stays one.
            Final = (int)response.StatusCode is >= 400 and < 500;
            return false;
        }
        StreamId = response.Headers.TryGetValues("Mesos-Stream-Id", out var values) ? values.FirstOrDefault() : null;
        records = new RecordReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        return true;
    }
}

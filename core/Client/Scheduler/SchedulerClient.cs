using System.Net;
using System.Runtime.CompilerServices;

using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Client.Scheduler;

/// <summary>
/// A framework's side of the scheduler API. Subscribing again with the same framework id takes over from whoever holds the
/// subscription; that one's client ends.
/// </summary>
public sealed class SchedulerClient : IDisposable
{
    private const string SchedulerPath = "/api/v1/scheduler";

    private readonly SchedulerClientSettings settings;
    private readonly MesosEndpoint endpoint;
    private readonly TimeProvider clock;
    private readonly Random random;
    private volatile string? streamId;
    private volatile FrameworkID? frameworkId;

    /// <param name="seed">For the jitter of pauses.</param>
    public SchedulerClient(SchedulerClientSettings settings, TimeProvider? clock = null, int seed = 0, HttpMessageHandler? handler = null)
    {
        this.settings = settings;
        this.clock = clock ?? TimeProvider.System;
        random = new Random(seed);
        endpoint = new MesosEndpoint([settings.Master, .. settings.OtherMasters], SchedulerPath, settings.Credential, settings.Codec, handler);
    }

    /// <summary>The id that the master gave; null before the first SUBSCRIBED of a new framework.</summary>
    public FrameworkID? FrameworkId => frameworkId;

    /// <summary>
    /// Subscribes and stays subscribed: a lost connection is reported and mended until <paramref name="cancellationToken"/> ends it. To be
    /// enumerated once at a time.
    /// </summary>
    public async IAsyncEnumerable<SchedulerSignal> SubscribeAsync(FrameworkInfo framework, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        frameworkId = framework.Id;
        var pause = settings.ShortestPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            await using var subscription = new Subscription(endpoint, settings, clock);
            while (await subscription.NextAsync(Named(framework), cancellationToken) is { } received)
            {
                if (received.Type == SchedulerEvent.Types.Type.Subscribed)
                {
                    frameworkId = received.Subscribed.FrameworkId;
                    streamId = subscription.StreamId;
                    pause = settings.ShortestPause;
                }
                if (received.Type == SchedulerEvent.Types.Type.Error)
                {
                    streamId = null;
                    yield return new SchedulerSignal.Ended(SubscriptionEnds.Of(received.Error.Message), received.Error.Message);
                    yield break;
                }
                yield return new SchedulerSignal.Received(received);
            }
            streamId = null;
            if (cancellationToken.IsCancellationRequested)
                yield break;
            if (subscription.Final)
            {
                yield return new SchedulerSignal.Ended(SubscriptionEnds.Of(subscription.Loss), subscription.Loss);
                yield break;
            }
            var jittered = pause * (0.5 + (random.NextDouble() / 2));
            yield return new SchedulerSignal.Disconnected(subscription.Loss, jittered);
            await Task.Delay(jittered, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < settings.LongestPause ? pause * 2 : settings.LongestPause;
        }
    }

    /// <summary>Makes one call; the framework id is filled in. Calls made one after another arrive in that order.</summary>
    /// <exception cref="MesosCallException">The master refused it, or there is no subscription.</exception>
    /// <exception cref="HttpRequestException">The master can't be reached.</exception>
    public async Task CallAsync(SchedulerCall call, CancellationToken cancellationToken)
    {
        call.FrameworkId ??= frameworkId ?? throw new MesosCallException("not subscribed: the master has given no framework id yet");
        var stream = streamId ?? throw new MesosCallException("not subscribed: the connection to the master is gone");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.CallTimeout);
        using var response = await endpoint.PostAsync(call, stream, HttpCompletionOption.ResponseContentRead, limit.Token);
        if (response.StatusCode is not (HttpStatusCode.Accepted or HttpStatusCode.OK))
            throw await MesosEndpoint.RefusalAsync(response, limit.Token);
    }

    public void Dispose() => endpoint.Dispose();

    private SchedulerCall Named(FrameworkInfo framework)
    {
        var named = framework.Clone();
        var call = new SchedulerCall { Type = SchedulerCall.Types.Type.Subscribe, Subscribe = new SchedulerCall.Types.Subscribe { FrameworkInfo = named } };
        if (frameworkId is { } known)
        {
            named.Id = known;
            call.FrameworkId = known;
        }
        return call;
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Operators.Tests.Sdk;

/// <summary>A master over real HTTP that takes every subscription, offers the same to each and again when it is revived, and keeps what it is called with.</summary>
public sealed class ListeningMaster : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<SchedulerCall> calls = new();
    private readonly SemaphoreSlim heard = new(0);
    private readonly Offer offer;
    private readonly Task serving;
    private Stream? subscription;
    private int offers;

    public ListeningMaster(Offer offer)
    {
        this.offer = offer;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
        }

        listener.Prefixes.Add(Address.ToString());
        listener.Start();
        serving = ServeAsync();
    }

    public Uri Address { get; }

    public IReadOnlyCollection<SchedulerCall> Calls => calls;

    public async Task UntilAsync(Func<SchedulerCall, bool> which, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        while (!calls.Any(which))
            await heard.WaitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving.WaitAsync(TimeSpan.FromSeconds(10));
        heard.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                await AnswerAsync(await listener.GetContextAsync());
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        var call = MessageCodec.Protobuf.Decode<SchedulerCall>(body.ToArray());
        calls.Enqueue(call); // Whoever hears the answer finds it kept.
        heard.Release();
        if (call.Type == SchedulerCall.Types.Type.Subscribe)
            await SubscribeAsync(context.Response);
        else
        {
            context.Response.StatusCode = (int)HttpStatusCode.Accepted;
            context.Response.Close();
        }

        if (call.Type is SchedulerCall.Types.Type.Subscribe or SchedulerCall.Types.Type.Revive)
            await OfferAsync();
    }

    /// <summary>The stream stays open until whoever subscribed goes.</summary>
    private async Task SubscribeAsync(HttpListenerResponse response)
    {
        response.SendChunked = true;
        response.ContentType = "application/x-protobuf";
        response.Headers["Mesos-Stream-Id"] = "stream-1";
        subscription = response.OutputStream;
        await SayAsync(new SchedulerEvent { Type = SchedulerEvent.Types.Type.Subscribed, Subscribed = new SchedulerEvent.Types.Subscribed { FrameworkId = new FrameworkID { Value = "F" } } });
    }

    private Task OfferAsync()
    {
        var next = offer.Clone();
        next.Id.Value = $"O{++offers}";
        return SayAsync(new SchedulerEvent { Type = SchedulerEvent.Types.Type.Offers, Offers = new SchedulerEvent.Types.Offers { Offers_ = { next } } });
    }

    private async Task SayAsync(SchedulerEvent said)
    {
        await subscription!.WriteAsync(RecordIO.Encode(MessageCodec.Protobuf.Encode(said)));
        await subscription.FlushAsync();
    }
}

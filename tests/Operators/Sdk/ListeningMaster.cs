using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Operators.Tests.Sdk;

/// <summary>A master over real HTTP that takes every subscription, offers the same to each and again when it is revived, and keeps what it is called with.</summary>
public sealed class ListeningMaster : IAsyncDisposable
{
    private readonly ConcurrentQueue<SchedulerCall> calls = new();
    private readonly SemaphoreSlim heard = new(0);
    private readonly WebApplication app;
    private readonly Offer offer;
    private Channel<SchedulerEvent>? stream;
    private int offers;

    private ListeningMaster(WebApplication app, Offer offer)
    {
        this.app = app;
        this.offer = offer;
    }

    public Uri Address => new(app.Urls.First());

    public IReadOnlyCollection<SchedulerCall> Calls => calls;

    public static async Task<ListeningMaster> StartAsync(Offer offer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var master = new ListeningMaster(app, offer);
        app.MapPost("/api/v1/scheduler", (RequestDelegate)master.AnswerAsync);
        await app.StartAsync();
        return master;
    }

    public async Task UntilAsync(Func<SchedulerCall, bool> which, TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        while (!calls.Any(which))
            await heard.WaitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        stream?.Writer.TryComplete();
        await app.DisposeAsync();
        heard.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var call = MessageCodec.Protobuf.Decode<SchedulerCall>(body.ToArray());
        calls.Enqueue(call); // Whoever hears the answer finds it kept.
        heard.Release();
        if (call.Type == SchedulerCall.Types.Type.Subscribe)
        {
            await SubscribeAsync(context);
            return;
        }

        context.Response.StatusCode = (int)HttpStatusCode.Accepted;
        if (call.Type == SchedulerCall.Types.Type.Revive)
            OfferNext();
    }

    /// <summary>The stream stays open until whoever subscribed goes, or another subscribes.</summary>
    private async Task SubscribeAsync(HttpContext context)
    {
        context.Response.ContentType = "application/x-protobuf";
        context.Response.Headers["Mesos-Stream-Id"] = "stream-1";
        var events = Channel.CreateUnbounded<SchedulerEvent>();
        events.Writer.TryWrite(new SchedulerEvent { Type = SchedulerEvent.Types.Type.Subscribed, Subscribed = new SchedulerEvent.Types.Subscribed { FrameworkId = new FrameworkID { Value = "F" } } });
        Interlocked.Exchange(ref stream, events)?.Writer.TryComplete();
        OfferNext();
        try
        {
            await foreach (var next in events.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.Body.WriteAsync(RecordIO.Encode(MessageCodec.Protobuf.Encode(next)), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // Gone.
        }
    }

    private void OfferNext()
    {
        var next = offer.Clone();
        next.Id.Value = $"O{Interlocked.Increment(ref offers)}";
        Volatile.Read(ref stream)?.Writer.TryWrite(new SchedulerEvent { Type = SchedulerEvent.Types.Type.Offers, Offers = new SchedulerEvent.Types.Offers { Offers_ = { next } } });
    }
}

using System.IO.Pipelines;
using System.Net;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Tests.Client.Scheduler;

/// <summary>Masters that answer as a test says: each SUBSCRIBE takes the next answer, every other call is taken.</summary>
internal sealed class ScriptedMaster(params Func<HttpRequestMessage, HttpResponseMessage>[] subscriptions) : HttpMessageHandler
{
    private int next;

    public List<(Uri Address, SchedulerCall Call, string? StreamId, string? Authorization)> Calls { get; } = [];

    public static SchedulerEvent Subscribed(string framework = "F", double heartbeat = 15) => new()
    {
        Type = SchedulerEvent.Types.Type.Subscribed,
        Subscribed = new SchedulerEvent.Types.Subscribed { FrameworkId = new FrameworkID { Value = framework }, HeartbeatIntervalSeconds = heartbeat },
    };

    public static SchedulerEvent Error(string message) => new() { Type = SchedulerEvent.Types.Type.Error, Error = new SchedulerEvent.Types.Error { Message = message } };

    /// <summary>A stream of these events, then the end.</summary>
    public static Func<HttpRequestMessage, HttpResponseMessage> Stream(params SchedulerEvent[] events) => _ => Answer(new MemoryStream(Encode(events)));

    /// <summary>A stream of these events, then silence.</summary>
    public static Func<HttpRequestMessage, HttpResponseMessage> Silent(params SchedulerEvent[] events) => _ =>
    {
        var pipe = new Pipe();
        pipe.Writer.WriteAsync(Encode(events)).AsTask().Wait();
        return Answer(pipe.Reader.AsStream());
    };

    public static Func<HttpRequestMessage, HttpResponseMessage> Refuse(HttpStatusCode status, string text = "") => _ => new HttpResponseMessage(status) { Content = new StringContent(text) };

    public static Func<HttpRequestMessage, HttpResponseMessage> Redirect(string location) => _ =>
    {
        var response = new HttpResponseMessage(HttpStatusCode.TemporaryRedirect);
        response.Headers.Location = new Uri(location, UriKind.RelativeOrAbsolute);
        return response;
    };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = MessageCodec.Protobuf.Decode<SchedulerCall>(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
        var stream = request.Headers.TryGetValues("Mesos-Stream-Id", out var values) ? values.Single() : null;
        Calls.Add((request.RequestUri!, call, stream, request.Headers.Authorization?.ToString()));
        if (call.Type != SchedulerCall.Types.Type.Subscribe)
            return new HttpResponseMessage(HttpStatusCode.Accepted);
        return next < subscriptions.Length ? subscriptions[next++](request) : throw new HttpRequestException("no master listens");
    }

    private static byte[] Encode(SchedulerEvent[] events) => [.. events.SelectMany(each => RecordIO.Encode(MessageCodec.Protobuf.Encode(each)))];

    private static HttpResponseMessage Answer(Stream body)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) };
        response.Headers.Add("Mesos-Stream-Id", "stream-1");
        return response;
    }
}

using System.Net;
using System.Net.Http.Headers;

using DataPlatform.Core.Protocol;

using Google.Protobuf;

namespace DataPlatform.Core.Client.Http;

/// <summary>
/// One HTTP endpoint of a master or an agent. Follows redirects to the leading master, with the credential, and remembers
/// where they led: a follower that was trusted with the credential is trusted to name its leader.
/// </summary>
public sealed class MesosEndpoint : IDisposable
{
    private const int MaximumRedirects = 3;
    private const int MaximumRefusalCharacters = 2000;

    private readonly HttpClient http;
    private readonly IReadOnlyList<Uri> configured;
    private readonly string path;
    private readonly AuthenticationHeaderValue? authorization;
    private volatile Uri current;
    private int place;

    /// <param name="address">Where the service listens, such as <c>http://127.0.0.1:5050</c>.</param>
    /// <param name="handler">Disposed with this endpoint, follows no redirect by itself; null for sockets.</param>
    public MesosEndpoint(Uri address, string path, MesosCredential? credential, MessageCodec codec, HttpMessageHandler? handler = null)
        : this([address], path, credential, codec, handler)
    {
    }

    /// <param name="addresses">Of several masters that share a journal: one after another is asked until one leads or knows who does.</param>
    /// <param name="handler">Disposed with this endpoint, follows no redirect by itself; null for sockets.</param>
    public MesosEndpoint(
        IReadOnlyList<Uri> addresses, string path, MesosCredential? credential, MessageCodec codec, HttpMessageHandler? handler = null)
    {
        // One call must not wait for another: a stream stays open, and tasks are acknowledged beside it.
        http = new HttpClient(handler ?? LongConnections.Handler())
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        configured = addresses;
        current = addresses[0];
        this.path = path;
        Codec = codec;
        authorization = credential?.ToAuthorization();
    }

    public MessageCodec Codec { get; }

    /// <summary>The header that names the stream which a call belongs to.</summary>
    public string StreamIdHeader { get; init; } = "Mesos-Stream-Id";

    /// <summary>The address in use: the configured one, or the leader it redirected to.</summary>
    public Uri Address => current;

    /// <summary>Posts one message. The caller disposes the answer, whose status may be any but a redirect.</summary>
    /// <exception cref="MesosCallException">It was redirected in a circle, too often or nowhere.</exception>
    public Task<HttpResponseMessage> PostAsync(IMessage message, string? streamId, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var body = Codec.Encode(message);
        return FollowAsync(target => Post(target, body, streamId), completion, cancellationToken);
    }

    /// <summary>Asks for another path of the same service. The caller disposes the answer, of which no more than the head has been read.</summary>
    /// <exception cref="MesosCallException">It was redirected in a circle, too often or nowhere.</exception>
    public Task<HttpResponseMessage> GetAsync(string otherPath, CancellationToken cancellationToken) =>
        FollowAsync(target => new HttpRequestMessage(HttpMethod.Get, new Uri(target, otherPath)), HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private async Task<HttpResponseMessage> FollowAsync(Func<Uri, HttpRequestMessage> make, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var target = current;
        var asked = new List<Uri>();
        while (true)
        {
            var response = await SendAsync(make(target), completion, cancellationToken);
            if (response.StatusCode != HttpStatusCode.TemporaryRedirect)
            {
                current = target;
                // It is there and does not lead: another may know more, the next time.
                if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                    TurnToNext();
                return response;
            }

            asked.Add(target);
            var location = response.Headers.Location;
            response.Dispose();
            if (WhyNotFollow(asked, location, out target) is { } reason)
            {
                TurnToNext();
                throw new MesosCallException(HttpStatusCode.TemporaryRedirect, $"{asked[^1]} redirects {reason}");
            }
        }
    }

    /// <summary>Posts messages for as long as there are any. The caller disposes the answer; nobody is redirected.</summary>
    public async Task<HttpResponseMessage> PostRecordsAsync(RecordsContent records, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(current, path)) { Content = records };
        request.Headers.Authorization = authorization;
        request.Headers.TransferEncodingChunked = true;
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Posts one message and decodes the answer.</summary>
    /// <exception cref="MesosCallException">The answer was not 200.</exception>
    public async Task<TAnswer> AskAsync<TAnswer>(IMessage message, TimeSpan timeout, CancellationToken cancellationToken) where TAnswer : class, IMessage<TAnswer>, new()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        using var response = await PostAsync(message, null, HttpCompletionOption.ResponseContentRead, limit.Token);
        if (response.StatusCode != HttpStatusCode.OK)
            throw await RefusalAsync(response, limit.Token);
        return Codec.Decode<TAnswer>(await response.Content.ReadAsByteArrayAsync(limit.Token));
    }

    /// <summary>The refusal that an answer carries.</summary>
    public static async Task<MesosCallException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        text = text.Length > MaximumRefusalCharacters ? text[..MaximumRefusalCharacters] : text;
        return new MesosCallException(response.StatusCode, $"{(int)response.StatusCode} {response.ReasonPhrase}: {text}".TrimEnd(' ', ':'));
    }

    public void Dispose() => http.Dispose();

    /// <summary>The next call asks another of those that were configured: they know best whether the present one still leads.</summary>
    public void TurnToNext() => current = configured[(int)((uint)Interlocked.Increment(ref place) % (uint)configured.Count)];

    /// <summary>Null when the redirect leads to <paramref name="target"/>.</summary>
    private static string? WhyNotFollow(List<Uri> asked, Uri? location, out Uri target)
    {
        target = asked[^1];
        // Mesos names the leader without a scheme and with the path of the call.
        if (location is null || !Uri.TryCreate(target, location, out var leader) || leader.Scheme is not ("http" or "https") || leader.UserInfo.Length > 0)
            return "nowhere: its Location is missing or no http address";
        if (target.Scheme == "https" && leader.Scheme == "http")
            return $"to {leader}, where the credential would go unencrypted";
        var next = new Uri(leader.GetLeftPart(UriPartial.Authority));
        if (asked.Exists(each => each.Authority == next.Authority))
            return $"to {next}, which redirected here: there is no leader yet";
        target = next;
        return asked.Count > MaximumRedirects ? $"on after {MaximumRedirects} redirects" : null;
    }

    private HttpRequestMessage Post(Uri target, byte[] body, string? streamId)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(target, path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(Codec.ContentType);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Codec.ContentType));
        if (streamId is not null)
            request.Headers.Add(StreamIdHeader, streamId);
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage made, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var request = made;
        request.Headers.Authorization = authorization;
        try
        {
            return await http.SendAsync(request, completion, cancellationToken);
        }
        catch (Exception failed) when (failed is HttpRequestException || (failed is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // It is gone, or its host takes no connection in time, which the framework tells as a cancellation: whoever else was configured knows the next one.
            TurnToNext();
            throw;
        }
    }
}

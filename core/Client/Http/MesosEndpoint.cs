using System.Net;
using System.Net.Http.Headers;

using DataPlatform.Core.Protocol;

using Google.Protobuf;

namespace DataPlatform.Core.Client.Http;

/// <summary>One HTTP endpoint of a master or an agent. Follows redirects to the leading master and remembers where they led.</summary>
public sealed class MesosEndpoint : IDisposable
{
    private const int MaximumRedirects = 3;
    private const int MaximumRefusalCharacters = 2000;

    private readonly HttpClient http;
    private readonly Uri configured;
    private readonly string path;
    private readonly AuthenticationHeaderValue? authorization;
    private volatile Uri current;

    /// <param name="address">Where the service listens, such as <c>http://127.0.0.1:5050</c>.</param>
    /// <param name="handler">Disposed with this endpoint; null for sockets.</param>
    public MesosEndpoint(Uri address, string path, MesosCredential? credential, MessageCodec codec, HttpMessageHandler? handler = null)
    {
        // One call must not wait for another: a stream stays open, and tasks are acknowledged beside it.
        http = new HttpClient(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        configured = current = address;
        this.path = path;
        Codec = codec;
        authorization = credential?.ToAuthorization();
    }

    public MessageCodec Codec { get; }

    /// <summary>The address in use: the configured one, or the leader it redirected to.</summary>
    public Uri Address => current;

    /// <summary>Posts one message. The caller disposes the answer, whose status may be any but a redirect.</summary>
    public async Task<HttpResponseMessage> PostAsync(IMessage message, string? streamId, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var body = Codec.Encode(message);
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendAsync(body, streamId, completion, cancellationToken);
            if (response.StatusCode != HttpStatusCode.TemporaryRedirect)
                return response;
            var location = response.Headers.Location;
            response.Dispose();
            if (location is null || redirects == MaximumRedirects)
            {
                current = configured;
                throw new MesosCallException(HttpStatusCode.TemporaryRedirect, $"{configured} redirects more than {MaximumRedirects} times or nowhere");
            }
            // Mesos names the leader without a scheme and with the path of the call.
            current = new Uri(new Uri(current, location).GetLeftPart(UriPartial.Authority));
        }
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

    private async Task<HttpResponseMessage> SendAsync(byte[] body, string? streamId, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(current, path)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(Codec.ContentType);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Codec.ContentType));
        request.Headers.Authorization = authorization;
        if (streamId is not null)
            request.Headers.Add("Mesos-Stream-Id", streamId);
        try
        {
            return await http.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException) when (current != configured)
        {
            // The leader is gone: whoever was configured knows the next one.
            current = configured;
            throw;
        }
    }
}

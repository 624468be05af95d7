using System.Net;

namespace DataPlatform.Core.Client.Http;

/// <summary>
/// Goes where a follower sends on to, with all that was sent, the token as well: who is trusted with it says who leads. Other redirects
/// are answers like any other.
/// </summary>
public sealed class LeaderHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int MostRedirects = 3;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.TemporaryRedirect || redirects == MostRedirects
                || answer.Headers.Location is not { IsAbsoluteUri: true } leader || leader.Scheme != request.RequestUri!.Scheme)
                return answer;
            answer.Dispose();
            request.RequestUri = leader;
        }
    }
}

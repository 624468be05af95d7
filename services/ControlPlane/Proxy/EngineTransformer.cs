using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace DataPlatform.Services.ControlPlane.Proxy;

/// <summary>
/// Rewrites between the console's address and the engine's. What signs a person in here never reaches the engine,
/// and the engine can't set it. The engine's address takes the place of the prefix: an engine that serves under the
/// prefix itself declares an address that ends with it.
/// </summary>
public sealed class EngineTransformer(string prefix, Uri target, IReadOnlyDictionary<string, string> added) : HttpTransformer
{
    /// <summary>How the names of what signs in here begin.</summary>
    private const string OwnCookies = "dp_";

    private readonly string basePath = target.AbsolutePath.TrimEnd('/');

    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var request = httpContext.Request;
        request.Path.StartsWithSegments(prefix, out var rest);
        proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(destinationPrefix, new PathString(basePath).Add(rest), request.QueryString);
        // Engines compare Origin with Host before they accept a websocket.
        proxyRequest.Headers.Host = request.Host.Value;
        proxyRequest.Headers.Remove(HeaderNames.Authorization);
        proxyRequest.Headers.Remove(HeaderNames.Cookie);
        var cookies = request.Headers.Cookie.SelectMany(header => (header ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(cookie => !cookie.StartsWith(OwnCookies, StringComparison.Ordinal) && !cookie.StartsWith(".AspNetCore.", StringComparison.Ordinal));
        if (string.Join("; ", cookies) is { Length: > 0 } kept) proxyRequest.Headers.TryAddWithoutValidation(HeaderNames.Cookie, kept);
        proxyRequest.Headers.Remove("X-Forwarded-Prefix");
        proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Prefix", prefix);
        proxyRequest.Headers.Remove("X-Forwarded-Context");
        proxyRequest.Headers.TryAddWithoutValidation("X-Forwarded-Context", prefix);
        foreach (var (name, value) in added)
        {
            proxyRequest.Headers.Remove(name);
            proxyRequest.Headers.TryAddWithoutValidation(name, value);
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var copied = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        var headers = httpContext.Response.Headers;
        if (headers.SetCookie.Count > 0)
            headers.SetCookie = headers.SetCookie.Where(cookie => cookie?.TrimStart().StartsWith(OwnCookies, StringComparison.OrdinalIgnoreCase) == false).ToArray();
        if (headers.CacheControl.Count == 0) headers.CacheControl = "private, no-cache";
        headers.Remove("Clear-Site-Data");
        headers.Remove("Service-Worker-Allowed");
        if (headers.Location.ToString() is { Length: > 0 } location) headers.Location = Moved(location, httpContext.Request.Host.Value);
        return copied;
    }

    /// <summary>A redirect of the engine, as the browser has to follow it.</summary>
    private string Moved(string location, string? host)
    {
        if (location.StartsWith("//", StringComparison.Ordinal)) return prefix + "/";
        if (Uri.TryCreate(location, UriKind.Absolute, out var absolute) && absolute.Scheme is "http" or "https")
        {
            // Engines make addresses of the Host that they are told. To any other it stays what it is: the browser follows without what it knows of this console.
            if (absolute.Authority != target.Authority && !string.Equals(absolute.Authority, host, StringComparison.OrdinalIgnoreCase)) return location;
            location = absolute.PathAndQuery + absolute.Fragment;
        }

        if (!location.StartsWith('/') || location == prefix || location.StartsWith(prefix + "/", StringComparison.Ordinal)) return location;
        return basePath.Length > 0 && location.StartsWith(basePath + "/", StringComparison.Ordinal) ? prefix + location[basePath.Length..] : prefix + location;
    }
}

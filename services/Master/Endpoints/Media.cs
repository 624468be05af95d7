using DataPlatform.Core.Protocol;
using Microsoft.Net.Http.Headers;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>Which form an answer takes.</summary>
internal static class Media
{
    public const string Allowed = "application/json and application/x-protobuf";

    /// <summary>JSON where the caller allows both; null where it allows neither.</summary>
    public static MessageCodec? Accepted(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0)
            return MessageCodec.Json;
        if (!MediaTypeHeaderValue.TryParseList(accept, out var ranges))
            return null;
        return Allows(ranges, MessageCodec.Json) ? MessageCodec.Json
            : Allows(ranges, MessageCodec.Protobuf) ? MessageCodec.Protobuf
            : null;
    }

    private static bool Allows(IEnumerable<MediaTypeHeaderValue> ranges, MessageCodec codec)
    {
        var type = new MediaTypeHeaderValue(codec.ContentType);
        return ranges.Any(range => range.Quality is not 0 && type.IsSubsetOf(new MediaTypeHeaderValue(range.MediaType)));
    }
}

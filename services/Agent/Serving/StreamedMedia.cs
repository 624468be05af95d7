using DataPlatform.Core.Protocol;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>How an answer is to be written.</summary>
/// <param name="Records">The media type is that of a stream of records, and the codec's that of each.</param>
internal readonly record struct AnswerForm(MessageCodec Codec, bool Records);

/// <summary>
/// Calls and answers that are streams of records: <c>application/recordio</c>, with the form of each record in
/// <c>Message-Content-Type</c> or asked for by <c>Message-Accept</c>.
/// </summary>
internal static class StreamedMedia
{
    public const string Records = "application/recordio";
    public const string MessageContentType = "Message-Content-Type";
    public const string MessageAccept = "Message-Accept";
    private const string Forms = "application/json and application/x-protobuf";

    public static bool IsRecords(HttpRequest request) =>
        string.Equals(request.ContentType?.Split(';', 2)[0].Trim(), Records, StringComparison.OrdinalIgnoreCase);

    /// <summary>The form of the records of a request that is a stream. Null when the request was answered with why not.</summary>
    public static async Task<MessageCodec?> CodecOfRecordsAsync(HttpContext context)
    {
        var type = context.Request.Headers[MessageContentType].ToString();
        if (type.Length == 0)
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, $"{MessageContentType} is missing: a request of {Records} says by it what its records are");
        else if (MessageCodec.ForContentType(type) is { } codec)
            return codec;
        else
            await Refusal.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, $"{MessageContentType} '{type}': {Forms} are understood");
        return null;
    }

    /// <summary>By Accept. Null when the request was answered with why not.</summary>
    /// <param name="fallback">Where the request does not say.</param>
    public static async Task<AnswerForm?> AnswerAsync(HttpContext context, MessageCodec fallback)
    {
        var request = context.Request;
        var plain = AgentCalls.AnswerCodec(request, fallback);
        var each = request.Headers[MessageAccept].ToString();
        // There are clients that name the form of the records in Accept too, beside that of the stream: Mesos sees the last line alone.
        var records = (plain is null || each.Length > 0) && request.Headers.Accept.ToString().Contains(Records, StringComparison.OrdinalIgnoreCase);
        if (records && FormOf(each) is { } form)
            return new AnswerForm(form, true);
        if (plain is not null && each.Length == 0 && !request.Headers.ContainsKey(MessageContentType))
            return new AnswerForm(plain, false);
        if (request.Headers.ContainsKey(MessageContentType))
            await Refusal.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, $"{MessageContentType} is for requests of {Records} only");
        else
            await Refusal.WriteAsync(context, StatusCodes.Status406NotAcceptable, records ? $"{MessageAccept} '{each}': {Forms} can be had"
                : plain is not null ? $"{MessageAccept} is for answers of {Records} only" : AgentCalls.NotAcceptable);
        return null;
    }

    private static MessageCodec? FormOf(string accept) =>
        accept.Length == 0 || accept.Contains("application/json", StringComparison.OrdinalIgnoreCase) || accept.Contains("*/*", StringComparison.Ordinal) ? MessageCodec.Json
        : accept.Contains("application/x-protobuf", StringComparison.OrdinalIgnoreCase) ? MessageCodec.Protobuf : null;
}

using DataPlatform.Core.Protocol;
using DataPlatform.Services.Hosting.Serving;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>How calls come in, in JSON or protobuf.</summary>
internal static class AgentCalls
{
    public const string NotAcceptable = "Accept allows neither application/json nor application/x-protobuf";

    /// <summary>By Content-Type. Null when the request was answered with why not.</summary>
    public static async Task<MessageCodec?> CodecOfAsync(HttpContext context)
    {
        var type = context.Request.ContentType;
        if (string.IsNullOrEmpty(type))
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, "Content-Type is missing: application/json or application/x-protobuf");
        else if (MessageCodec.ForContentType(type) is { } codec)
            return codec;
        else
            await Refusal.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, $"Content-Type '{type}': application/json and application/x-protobuf are understood");
        return null;
    }

    /// <summary>By Accept; null when it allows none.</summary>
    /// <param name="fallback">Where the request does not say.</param>
    public static MessageCodec? AnswerCodec(HttpRequest request, MessageCodec fallback)
    {
        var accept = request.Headers.Accept.ToString();
        if (accept.Length == 0)
            return fallback;
        if (accept.Contains("application/json", StringComparison.OrdinalIgnoreCase) || accept.Contains("*/*", StringComparison.Ordinal) || accept.Contains("application/*", StringComparison.Ordinal))
            return MessageCodec.Json;
        return accept.Contains("application/x-protobuf", StringComparison.OrdinalIgnoreCase) ? MessageCodec.Protobuf : null;
    }

    public static async Task WriteAsync(HttpContext context, MessageCodec codec, IMessage answer)
    {
        context.Response.ContentType = codec.ContentType;
        var body = codec.Encode(answer);
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Null when the request was answered with why not.</summary>
    public static async Task<T?> ReadAsync<T>(HttpContext context, MessageCodec codec, int longest)
        where T : class, IMessage<T>, new()
    {
        var read = await WholeBody.ReadAsync(context, longest);
        if (read is WholeBody.Refused(var status, var reason))
        {
            await Refusal.WriteAsync(context, status, reason);
            return null;
        }

        try
        {
            return codec.Decode<T>(((WholeBody.Read)read).Content.Span);
        }
        catch (MessageFormatException problem)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, problem.Message);
            return null;
        }
    }
}

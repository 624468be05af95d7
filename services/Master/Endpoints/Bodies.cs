using DataPlatform.Core.Protocol;
using DataPlatform.Services.Hosting.Serving;
using Google.Protobuf;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>How a request becomes a message, or an answer that says why it does not.</summary>
internal static class Bodies
{
    /// <summary>Larger than any sensible call: a launch of thousands of tasks.</summary>
    public const int LargestBody = 16 * 1024 * 1024;

    /// <summary>The message and its codec; null when the request was answered with what was wrong with it.</summary>
    public static async Task<(T Message, MessageCodec Codec)?> ReadAsync<T>(HttpContext context)
        where T : class, IMessage<T>, new()
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method))
        {
            await Answers.RefuseMethodAsync(context, "POST");
            return null;
        }

        if (string.IsNullOrEmpty(request.ContentType))
        {
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, $"The header Content-Type is missing; {Media.Allowed} are allowed");
            return null;
        }

        if (MessageCodec.ForContentType(request.ContentType) is not { } codec)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, $"Content-Type is neither of {Media.Allowed}");
            return null;
        }

        switch (await WholeBody.ReadAsync(context, LargestBody))
        {
            case WholeBody.Refused(var status, var reason):
                await Answers.RefuseAsync(context, status, reason);
                return null;
            case WholeBody.Read(var body):
                try
                {
                    return (codec.Decode<T>(body.Span), codec);
                }
                catch (MessageFormatException error)
                {
                    await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, error.Message);
                    return null;
                }

            default:
                throw new InvalidOperationException("No rule for this body");
        }
    }
}

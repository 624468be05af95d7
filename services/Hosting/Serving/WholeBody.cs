using Microsoft.AspNetCore.Http;

namespace DataPlatform.Services.Hosting.Serving;

/// <summary>A request's body, read whole within bounds of size and time.</summary>
public abstract record WholeBody
{
    /// <summary>From the first look at a body to its last byte.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private WholeBody() { }

    public sealed record Read(ReadOnlyMemory<byte> Content) : WholeBody;

    /// <summary>The connection is closed after it: the rest of the body is not waited for.</summary>
    public sealed record Refused(int Status, string Message) : WholeBody;

    /// <param name="most">In bytes.</param>
    public static async Task<WholeBody> ReadAsync(HttpContext context, int most, TimeProvider? time = null, TimeSpan? patience = null)
    {
        var request = context.Request;
        if (request.ContentLength > most)
            return TooLong(context, most);
        var limit = patience ?? Patience;
        using var late = new CancellationTokenSource(limit, time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        using var content = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(buffer, either.Token)) > 0)
            {
                if (content.Length + read > most)
                    return TooLong(context, most);
                content.Write(buffer, 0, read);
            }
        }
        catch (BadHttpRequestException problem)
        {
            return problem.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLong(context, most) : new Refused(problem.StatusCode, problem.Message);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            return new Refused(StatusCodes.Status408RequestTimeout, $"The body did not arrive within {limit.TotalSeconds:0.###} s");
        }

        return new Read(content.GetBuffer().AsMemory(0, (int)content.Length));
    }

    private static Refused TooLong(HttpContext context, int most)
    {
        context.Response.Headers.Connection = "close";
        return new Refused(StatusCodes.Status413PayloadTooLarge, $"The body is longer than {most} bytes, which is the most that is read here");
    }
}

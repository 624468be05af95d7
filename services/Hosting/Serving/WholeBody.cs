using System.Buffers;
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
        if (context.Request.ContentLength > most)
            return TooLong(context, most);
        try
        {
            return TryReadAtOnce(context, most) ?? await ReadInTimeAsync(context, most, time ?? TimeProvider.System, patience ?? Patience);
        }
        catch (BadHttpRequestException problem)
        {
            return problem.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLong(context, most) : new Refused(problem.StatusCode, problem.Message);
        }
    }

    /// <summary>Nearly every body came together with its head: then nothing is to be waited for. Null when it did not.</summary>
    private static WholeBody? TryReadAtOnce(HttpContext context, int most)
    {
        var reader = context.Request.BodyReader;
        if (!reader.TryRead(out var read))
            return null;
        if (!read.IsCompleted)
        {
            reader.AdvanceTo(read.Buffer.Start);
            return null;
        }

        WholeBody body = read.Buffer.Length > most ? TooLong(context, most) : new Read(read.Buffer.ToArray());
        reader.AdvanceTo(read.Buffer.End);
        return body;
    }

    private static async Task<WholeBody> ReadInTimeAsync(HttpContext context, int most, TimeProvider time, TimeSpan patience)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        var content = new ArrayBufferWriter<byte>();
        var reader = context.Request.BodyReader;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(either.Token);
                var isTooLong = content.WrittenCount + read.Buffer.Length > most;
                foreach (var segment in isTooLong ? default : read.Buffer)
                    content.Write(segment.Span);
                reader.AdvanceTo(read.Buffer.End);
                if (isTooLong)
                    return TooLong(context, most);
                if (read.IsCompleted)
                    return new Read(content.WrittenMemory);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            return new Refused(StatusCodes.Status408RequestTimeout, $"The body did not arrive within {patience.TotalSeconds:0.###} s");
        }
    }

    private static Refused TooLong(HttpContext context, int most)
    {
        context.Response.Headers.Connection = "close";
        return new Refused(StatusCodes.Status413PayloadTooLarge, $"The body is longer than {most} bytes, which is the most that is read here");
    }
}

using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Http;
using DataPlatform.Services.ControlPlane.Rest;

namespace DataPlatform.Services.ControlPlane.Metrics;

/// <summary>Passes on what another part of the platform counts, as it comes, within a bound of time and of size.</summary>
public static class MetricsRelay
{
    /// <summary>In bytes.</summary>
    public const int Most = 16 * 1024 * 1024;

    /// <summary>Below the ten seconds that Prometheus waits, so that it is told why.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private const int PartSize = 64 * 1024;

    /// <param name="who">For people, such as <c>the master</c>.</param>
    public static async Task PassAsync(HttpContext context, string who, Func<CancellationToken, Task<HttpResponseMessage>> ask)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(Patience);
        try
        {
            using var answer = await ask(limit.Token);
            var why = !answer.IsSuccessStatusCode ? $"{who} answered {(int)answer.StatusCode}"
                : answer.Content.Headers.ContentLength > Most ? $"{who} has more than {Most} bytes to tell"
                : null;
            if (why is not null)
                await RefuseAsync(context, why);
            else
                await CopyAsync(await answer.Content.ReadAsStreamAsync(limit.Token), context, limit.Token);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or MesosCallException or InvalidDataException)
        {
            await RefuseAsync(context, $"{who} can't be asked: {error.Message}");
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(context, $"{who} did not answer within {Patience.TotalSeconds:0} s");
        }
    }

    private static async Task CopyAsync(Stream from, HttpContext context, CancellationToken cancellation)
    {
        var buffer = new byte[PartSize];
        var copied = 0L;
        context.Response.ContentType = "text/plain; version=0.0.4";
        for (int read; (read = await from.ReadAsync(buffer, cancellation)) > 0;)
        {
            if ((copied += read) > Most)
                throw new InvalidDataException($"it has more than {Most} bytes to tell");
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }

    /// <summary>What has begun can only be broken off: a part that looks whole would be taken for all there is.</summary>
    private static Task RefuseAsync(HttpContext context, string reason)
    {
        if (!context.Response.HasStarted)
            return Refusals.Write(context, new Problem("The measurements can't be had", StatusCodes.Status502BadGateway, reason, null));
        context.Abort();
        return Task.CompletedTask;
    }
}

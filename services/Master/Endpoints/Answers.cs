using DataPlatform.Core.Pool;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>Outcomes as HTTP tells them: refusals are a sentence in plain text.</summary>
internal static class Answers
{
    public static async Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(message, context.RequestAborted);
    }

    /// <param name="allowed">The methods that are, as the header names them.</param>
    public static Task RefuseMethodAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, $"{context.Request.Method} is not allowed here; {allowed} is");
    }

    /// <summary>The caller has had its share for now.</summary>
    public static Task RefuseForNowAsync(HttpContext context, string message)
    {
        context.Response.Headers.RetryAfter = "1";
        return RefuseAsync(context, StatusCodes.Status429TooManyRequests, message);
    }

    /// <summary>Of a master that does not lead: to the one that does, or 503 with the reason.</summary>
    public static Task SendOnAsync(HttpContext context, MasterCondition condition) => condition is MasterCondition.Following(var leader)
        ? SendToAsync(context, leader.Address + context.Request.PathBase + context.Request.Path + context.Request.QueryString)
        : RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, condition.Text);

    /// <summary>307; as Mesos says it, without the scheme.</summary>
    public static Task SendToAsync(HttpContext context, string target)
    {
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = "//" + target;
        return Task.CompletedTask;
    }

    /// <summary>200 when frameworks and agents are served, else 503 with the reason.</summary>
    public static Task HealthAsync(HttpContext context, MasterCondition condition)
    {
        if (!condition.IsHealthy)
            return RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, condition.Text);
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(condition.Text, context.RequestAborted);
    }

    public static Task WriteAsync(HttpContext context, PoolOutcome outcome)
    {
        switch (outcome)
        {
            case PoolOutcome.Refused(RefusalKind.TooMany, var wait):
                return RefuseForNowAsync(context, wait);
            case PoolOutcome.Refused(var kind, var message):
                return RefuseAsync(context, Status(kind), message);
            case PoolOutcome.Accepted:
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                return Task.CompletedTask;
            case PoolOutcome.Done:
                context.Response.StatusCode = StatusCodes.Status200OK;
                return Task.CompletedTask;
            default:
                throw new InvalidOperationException($"No rule answers {outcome.GetType().Name}");
        }
    }

    private static int Status(RefusalKind kind) => kind switch
    {
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.Conflict => StatusCodes.Status409Conflict,
        RefusalKind.NotFound => StatusCodes.Status404NotFound,
        RefusalKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };
}

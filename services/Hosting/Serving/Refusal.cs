using Microsoft.AspNetCore.Http;

namespace DataPlatform.Services.Hosting.Serving;

/// <summary>A refusal as one sentence in plain text.</summary>
public static class Refusal
{
    public static async Task WriteAsync(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(sentence + "\n", context.RequestAborted);
    }
}

using System.Text.Json;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Hosting.Serving;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Reads small JSON bodies and says precisely what is wrong with one.</summary>
public static class RequestBody
{
    public const int MostBytes = 64 * 1024;

    /// <summary>The body, or why it is refused; exactly one of the two is set.</summary>
    public static async Task<(T? Body, Problem? Problem)> Read<T>(HttpRequest request) where T : class
    {
        if (!request.HasJsonContentType()) return (null, new Problem("JSON is expected", 415, "Content-Type must be application/json.", null));
        var whole = await WholeBody.ReadAsync(request.HttpContext, MostBytes);
        if (whole is WholeBody.Refused(var status, var reason))
            return (null, new Problem(status == 413 ? "The body is too large" : "The body could not be read", status, reason + ".", null));
        var content = ((WholeBody.Read)whole).Content;

        try
        {
            var body = JsonSerializer.Deserialize<T>(content.Span, Refusals.StrictJson);
            return body is null ? (null, new Problem("The request is not valid", 400, "A JSON object is expected, not null.", null)) : (body, null);
        }
        catch (JsonException error)
        {
            var field = error.Path is { Length: > 2 } path && path.Length < 100 ? path[2..] : "body";
            var allowed = string.Join(", ", typeof(T).GetProperties().Select(member => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name)));
            return (null, new Problem("The request is not valid", 400, Sentence(error), [new FieldProblem(field, Sentence(error), "the members " + allowed)]));
        }
    }

    private static string Sentence(JsonException error)
    {
        var end = error.Message.IndexOf(" Path:", StringComparison.Ordinal);
        var text = end < 0 ? error.Message : error.Message[..end];
        return text.Contains("could not be mapped", StringComparison.Ordinal) ? "there is no such member" : text;
    }
}

using System.Collections;
using System.Reflection;
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
        if (content.IsEmpty) return (null, Invalid<T>(JsonFault.WholeBody, "it is empty"));

        try
        {
            var body = JsonSerializer.Deserialize<T>(content.Span, Refusals.StrictJson);
            if (body is null) return (null, new Problem("The request is not valid", 400, "A JSON object is expected, not null.", null));
            return NullIn(body) is { } item ? (null, Invalid<T>(item, "null is not a value")) : (body, null);
        }
        catch (JsonException error)
        {
            var (field, message) = JsonFault.Of(error, typeof(T));
            return (null, Invalid<T>(field, message));
        }
    }

    private static Problem Invalid<T>(string field, string message) =>
        new("The request is not valid", 400, null, [new FieldProblem(field, message, "the members " + string.Join(", ", Members<T>().Select(NameOf)))]);

    /// <summary>The item of a list that is null, which the serializer lets pass.</summary>
    private static string? NullIn<T>(T body) =>
    (
        from member in Members<T>()
        where member.GetValue(body) is IEnumerable<string>
        from item in ((IEnumerable)member.GetValue(body)!).Cast<object?>().Index()
        where item.Item is null
        select $"{NameOf(member)}[{item.Index}]"
    ).FirstOrDefault();

    private static PropertyInfo[] Members<T>() => typeof(T).GetProperties();

    private static string NameOf(PropertyInfo member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
}

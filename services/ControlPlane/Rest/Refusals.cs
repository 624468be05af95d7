using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Refusals as problem details, and the JSON that all of REST speaks.</summary>
public static class Refusals
{
    public static JsonSerializerOptions Json { get; } = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>For what people send: unknown and doubled members are refused.</summary>
    public static JsonSerializerOptions StrictJson { get; } = new(Json)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, PropertyNameCaseInsensitive = false,
        MaxDepth = 16,
    };

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        // Sent as JSON and never within a page, so apostrophes may stay what they are.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        // A number is never text, neither in a body nor in an answer.
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new JsonStringEnumConverter());
        return options;
    }

    public static IResult Result(Problem problem) => Results.Json(problem, Json, "application/problem+json", problem.Status);

    public static Task Write(HttpContext context, Problem problem) => Result(problem).ExecuteAsync(context);
}

using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

/// <summary>One path and method of an OpenAPI document, and whether an answer is one that it declares.</summary>
internal sealed record ApiOperation(string Method, string Path, JsonObject Described, ApiSchema Schemas)
{
    public static IReadOnlyList<ApiOperation> In(JsonObject document)
    {
        var schemas = new ApiSchema(document);
        return
        [
            .. from path in document["paths"]!.AsObject()
               from method in path.Value!.AsObject()
               select new ApiOperation(method.Key.ToUpperInvariant(), path.Key, method.Value!.AsObject(), schemas),
        ];
    }

    public string Name => $"{Method} {Path}";

    public IReadOnlyList<JsonObject> Parameters => [.. (Described["parameters"] as JsonArray ?? []).Select(parameter => parameter!.AsObject())];

    /// <summary>By a token; what is open says so.</summary>
    public bool NeedsLogin => Described["security"] is not JsonArray { Count: 0 };

    public bool NeedsBody => Described["requestBody"]?["required"]?.GetValue<bool>() == true;

    /// <summary>The media type of the body; null where there is none.</summary>
    public string? Takes => (Described["requestBody"]?["content"] as JsonObject)?.Single().Key;

    /// <summary>Members of the body that are whole numbers, with their schemas.</summary>
    public IReadOnlyList<(string Name, JsonNode Schema)> Numbers
    {
        get
        {
            var schema = Described["requestBody"]?["content"]?["application/json"]?["schema"];
            if (schema?["$ref"]?.GetValue<string>() is { } reference) schema = Schemas.Resolve(reference);
            return [.. (schema?["properties"] as JsonObject ?? []).Where(member => member.Value?["type"]?.ToJsonString().Contains("integer", StringComparison.Ordinal) == true).Select(member => (member.Key, member.Value!))];
        }
    }

    public bool Declares(int status) => Answer(status) is not null;

    /// <summary>What of an answer the document does not say.</summary>
    public IEnumerable<string> Problems(int status, MediaTypeHeaderValue? type, string body)
    {
        if (Answer(status) is not { } answer) return [$"{status} is not declared"];
        var content = answer["content"] as JsonObject ?? [];
        if (body.Length == 0) return content.Count == 0 ? [] : [$"{status} has no body, and {string.Join(", ", content.Select(one => one.Key))} is declared"];
        if (type?.MediaType is not { } media || content[media] is not { } declared) return [$"{status} is of the type {type}, and {string.Join(", ", content.Select(one => one.Key))} is declared"];
        return media.EndsWith("json", StringComparison.Ordinal) ? Schemas.Problems(declared["schema"], JsonNode.Parse(body), $"{status} $") : [];
    }

    private JsonNode? Answer(int status)
    {
        var answer = Described["responses"]?[$"{status}"];
        return answer?["$ref"]?.GetValue<string>() is { } reference ? Schemas.Resolve(reference) : answer;
    }
}

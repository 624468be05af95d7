using DataPlatform.Core.Client.ControlPlane;
using Microsoft.OpenApi;

namespace DataPlatform.Services.ControlPlane.Rest.Description;

/// <summary>The pages by which browsers sign in and out: no part of the REST interface, told so that the OpenAPI document names all that is open.</summary>
internal static class LoginDescription
{
    private const string Html = "text/html";
    private const string Form = "application/x-www-form-urlencoded";

    public static void Add(OpenApiDocument document)
    {
        var enter = Page(document, "Signs in a browser by a token", (302, "Signed in: a cookie is set. Location is the page that was asked for."), (400, "It is no form."), (403, "The token is unknown or has ended."), (413, "The form is too large."), (415, "It is no form."), (429, "Too many tokens were wrong."));
        enter.RequestBody = new OpenApiRequestBody { Content = new Dictionary<string, OpenApiMediaType> { [Form] = new OpenApiMediaType { Schema = Texts("token", "return") } } };
        var open = Page(document, "The page to sign in; with the token of a login link it signs in", (200, "The page, or signed in: a cookie is set."), (403, "The link was used already or has ended."), (429, "Too many tokens were wrong."));
        open.Parameters = [Query("token", "Of a one-time link, as POST /api/v1/login-links makes them."), Query("return", "The page of the console to go on to.")];
        foreach (var operation in (OpenApiOperation[])[open, enter])
            operation.Security = [];
        document.Paths.Add("/login", new OpenApiPathItem { Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Get] = open, [HttpMethod.Post] = enter } });
        document.Paths.Add("/logout", new OpenApiPathItem
        {
            Operations = new Dictionary<HttpMethod, OpenApiOperation> { [HttpMethod.Post] = Page(document, "Ends the session of a browser", (302, "Location is the page to sign in.")) },
        });
    }

    private static OpenApiOperation Page(OpenApiDocument document, string summary, params ReadOnlySpan<(int Status, string Description)> answers)
    {
        var operation = new OpenApiOperation { Summary = summary, Responses = [] };
        foreach (var (status, description) in answers)
            operation.Responses[$"{status}"] = new OpenApiResponse { Description = description, Content = Content(document, status) };
        return operation;
    }

    /// <summary>A refusal of the page itself is one; what stands before it refuses as everywhere.</summary>
    private static Dictionary<string, OpenApiMediaType>? Content(OpenApiDocument document, int status)
    {
        var page = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        var problem = new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(Problem), document) };
        return status switch
        {
            302 => null,
            200 or 429 => new() { [Html] = page },
            403 => new() { [Html] = page, [DescribedRoutes.ProblemJson] = problem },
            _ => new() { [DescribedRoutes.ProblemJson] = problem },
        };
    }

    private static OpenApiParameter Query(string name, string description) =>
        new() { Name = name, In = ParameterLocation.Query, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };

    private static OpenApiSchema Texts(params string[] names) => new()
    {
        Type = JsonSchemaType.Object, Properties = names.ToDictionary(name => name, _ => (IOpenApiSchema)new OpenApiSchema { Type = JsonSchemaType.String }),
    };
}

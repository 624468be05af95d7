using DataPlatform.Core.Client.ControlPlane;
using Microsoft.OpenApi;

namespace DataPlatform.Services.ControlPlane.Rest.Description;

/// <summary>Answers that no route gives itself, but what stands before all of them: told once in the OpenAPI document, and named by each route that they may take the place of.</summary>
internal static class CommonAnswers
{
    private static readonly Answer WrongHost = new("WrongHost", 421, "The control plane is not served under this host name.");

    private static readonly Answer[] BehindTheLogin =
    [
        new("SignInFirst", 401, "There is no token, or it is unknown or has ended."),
        new("NotAllowed", 403, "The token may not do this, or another site made a browser ask."),
        new("TooMany", 429, "Too many wrong tokens came from there; Retry-After says when the next is looked at."),
    ];

    private static readonly Answer[] OfTheLeader =
    [
        new("AtTheLeader", 307, "Another control plane leads; Location says where it answers."),
        new("NotNow", 503, "This control plane does not lead, or its database can't be used now."),
    ];

    private static readonly Answer Full = new("Full", 507, "The database is full.");

    public static void Declare(OpenApiDocument document)
    {
        foreach (var answer in (Answer[])[WrongHost, .. BehindTheLogin, .. OfTheLeader, Full])
            document.AddComponent(answer.Name, (IOpenApiResponse)new OpenApiResponse { Description = answer.Description, Content = answer.Status == 307 ? null : Content(document) });
    }

    /// <param name="isOfLeader">Not of each control plane for itself.</param>
    public static void Add(OpenApiDocument document, HttpMethod method, OpenApiOperation operation, bool needsLogin, bool isOfLeader)
    {
        IEnumerable<Answer> answers = [WrongHost, .. needsLogin ? BehindTheLogin : [], .. isOfLeader ? OfTheLeader : []];
        operation.Responses ??= [];
        foreach (var answer in isOfLeader && method != HttpMethod.Get ? answers.Append(Full) : answers)
            operation.Responses.TryAdd($"{answer.Status}", new OpenApiResponseReference(answer.Name, document));
    }

    private static Dictionary<string, OpenApiMediaType> Content(OpenApiDocument document) =>
        new() { [DescribedRoutes.ProblemJson] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(nameof(Problem), document) } };

    private sealed record Answer(string Name, int Status, string Description);
}

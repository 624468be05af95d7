using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DataPlatform.Services.ControlPlane.Rest.Description;

/// <summary>The OpenAPI document: what the routes say of themselves, and what holds for all of them.</summary>
public static class ApiDescription
{
    private const string Bearer = "bearer";

    /// <summary>Each control plane answers these itself, whichever leads.</summary>
    private static readonly string[] OfEach = ["/health", "/metrics"];

    public static void Describe(OpenApiOptions options) => options.AddSchemaTransformer(OfMembers).AddOperationTransformer(Open).AddDocumentTransformer(Complete);

    private static Task OfMembers(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        foreach (var member in context.JsonTypeInfo.Properties)
        {
            // What is null is left out, so that no member that may be null is always there.
            if (member.IsGetNullable) schema.Required?.Remove(member.Name);
            if (schema.Properties is not { } members || !members.TryGetValue(member.Name, out var found) || found is not OpenApiSchema described) continue;
            if (member.AttributeProvider is PropertyInfo property) AllowNulls(described.Items, new NullabilityInfoContext().Create(property));
            BodyBounds.Add(described, context.JsonTypeInfo.Type, member.Name);
        }

        return Task.CompletedTask;
    }

    /// <summary>Whether items of a list may be null says nothing but the code.</summary>
    private static void AllowNulls(IOpenApiSchema? items, NullabilityInfo list)
    {
        if (items is not OpenApiSchema { Type: { } type } described || list.GenericTypeArguments is not [var item]) return;
        if (item.ReadState == NullabilityState.Nullable) described.Type = type | JsonSchemaType.Null;
        AllowNulls(described.Items, item);
    }

    private static Task Open(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any()) operation.Security = [];
        return Task.CompletedTask;
    }

    private static Task Complete(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info.Title = "DataPlatform";
        document.Info.Description = "Clusters on a shared pool: launch, watch, connect, extend, delete. Sign in with a bearer token. Members that are null are left out of answers; members that are not described are refused in bodies.";
        document.AddComponent(Bearer, (IOpenApiSecurityScheme)new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A named token that ends: 'dp tokens create' and POST /api/v1/tokens make one. A browser has a cookie instead, from /login.",
        });
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
        LoginDescription.Add(document);
        CommonAnswers.Declare(document);
        foreach (var (path, item) in document.Paths)
        {
            foreach (var (method, operation) in item.Operations ?? [])
            {
                CommonAnswers.Add(document, method, operation, needsLogin: operation.Security is not { Count: 0 }, isOfLeader: !OfEach.Contains(path));
                RefuseOthers(operation);
            }
        }

        return Task.CompletedTask;
    }

    private static void RefuseOthers(OpenApiOperation operation)
    {
        foreach (var schema in (operation.RequestBody?.Content ?? new Dictionary<string, OpenApiMediaType>()).Values.Select(content => content.Schema).OfType<OpenApiSchemaReference>())
        {
            if (schema.RecursiveTarget is { } described) described.AdditionalPropertiesAllowed = false;
        }
    }
}

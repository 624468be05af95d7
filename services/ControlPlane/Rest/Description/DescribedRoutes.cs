using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using Microsoft.OpenApi;

namespace DataPlatform.Services.ControlPlane.Rest.Description;

/// <summary>What routes say of themselves in the OpenAPI document.</summary>
internal static class DescribedRoutes
{
    public const string ProblemJson = "application/problem+json";

    /// <summary>Which refusals there are beside those of <see cref="CommonAnswers"/>.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
            route.Produces<Problem>(status, ProblemJson);
        return route;
    }

    /// <summary>A body of JSON, with all the ways in which <see cref="RequestBody"/> refuses one.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder route, bool isOptional = false) where T : notnull =>
        route.Accepts<T>(isOptional, "application/json").Refuses(400, 408, 413, 415);

    /// <summary>A parameter that is one of a few texts.</summary>
    public static RouteHandlerBuilder Chooses(this RouteHandlerBuilder route, string parameter, IEnumerable<string> values) => route.With(
        parameter, described => described.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. values.Select(value => JsonValue.Create(value))] });

    /// <summary>A parameter without which a route refuses, in its own words.</summary>
    public static RouteHandlerBuilder Needs(this RouteHandlerBuilder route, string parameter) => route.With(parameter, described => described.Required = true);

    private static RouteHandlerBuilder With(this RouteHandlerBuilder route, string parameter, Action<OpenApiParameter> describe) => route.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        describe(operation.Parameters!.OfType<OpenApiParameter>().Single(one => one.Name == parameter));
        return Task.CompletedTask;
    });
}

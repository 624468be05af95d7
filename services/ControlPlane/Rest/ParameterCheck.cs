using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using DataPlatform.Core.Client.ControlPlane;
using Microsoft.AspNetCore.Mvc;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>Refuses parameters of an address that can't be what they are, or are out of the range that their attribute says, and names each.</summary>
internal static class ParameterCheck
{
    public static EndpointFilterDelegate Make(EndpointFilterFactoryContext route, EndpointFilterDelegate next)
    {
        var parameters = route.MethodInfo.GetParameters().Where(parameter => Needed(parameter) is not null).ToList();
        return parameters.Count == 0 ? next : context =>
            parameters.Select(parameter => WhyNot(parameter, context.HttpContext.Request)).OfType<FieldProblem>().ToList() is { Count: > 0 } wrong
                ? ValueTask.FromResult<object?>(Refusals.Result(new Problem("The request is not valid", 400, null, wrong)))
                : next(context);
    }

    private static FieldProblem? WhyNot(ParameterInfo parameter, HttpRequest request)
    {
        var name = parameter.GetCustomAttribute<FromQueryAttribute>()?.Name ?? parameter.Name!;
        if (request.RouteValues.ContainsKey(name) || !request.Query.TryGetValue(name, out var given)) return null;
        var range = parameter.GetCustomAttribute<RangeAttribute>();
        var allowed = range is null ? null : $"{range.Minimum} to {range.Maximum}";
        return !CanBe(Kind(parameter), given.ToString()) ? new FieldProblem(name, Needed(parameter)!, allowed)
            : range is not null && !range.IsValid(given.ToString()) ? new FieldProblem(name, "out of range", allowed)
            : null;
    }

    private static bool CanBe(Type kind, string text) =>
        kind == typeof(bool) ? bool.TryParse(text, out _)
        : kind == typeof(int) ? int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _)
        : long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _);

    /// <summary>Null for what is checked elsewhere.</summary>
    private static string? Needed(ParameterInfo parameter) => Kind(parameter) is var kind && kind == typeof(bool) ? "true or false is needed"
        : kind == typeof(int) || kind == typeof(long) ? "a whole number is needed"
        : null;

    private static Type Kind(ParameterInfo parameter) => Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
}

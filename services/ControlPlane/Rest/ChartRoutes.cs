using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Charts;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Rest.Description;

namespace DataPlatform.Services.ControlPlane.Rest;

/// <summary>What was measured of a cluster, as its package draws it.</summary>
public static class ChartRoutes
{
    public static void Map(RouteGroupBuilder clusters) =>
        clusters.MapGet("/{name}/charts", Charts).WithSummary($"What a launched Prometheus measured of the cluster, as its package draws it; minutes is one of {string.Join(", ", ChartSpan.Choices)}")
            .Produces<ChartsView>().Refuses(400, 404).Chooses("minutes", ChartSpan.Choices.Select(choice => $"{choice}"));

    private static async Task<IResult> Charts(string name, string? minutes, ChartDesk desk, CancellationToken cancellation)
    {
        if (ChartSpan.Choices.Where(choice => $"{choice}" == (minutes ?? $"{ChartSpan.Usual}")).Cast<int?>().FirstOrDefault() is not { } asked)
            return Refusals.Result(new Problem("The request is not valid", 400, null, [new FieldProblem("minutes", "there are no charts of so long", string.Join(", ", ChartSpan.Choices))]));
        return await desk.OfAsync(name, asked, cancellation) is { } charts ? Results.Json(charts, Refusals.Json) : Refusals.Result(Outcome.Unknown(name).Problem);
    }
}

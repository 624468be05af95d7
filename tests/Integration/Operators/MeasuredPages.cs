using System.Diagnostics;
using System.Text.RegularExpressions;
using DataPlatform.Operators.Sdk.Declared;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>The pages with a cluster's measurements, as a Prometheus finds them.</summary>
internal static partial class MeasuredPages
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>All that the package's charts ask for is on them.</summary>
    public static async Task UntilChartedAsync(SchedulerUnderTest cluster)
    {
        using var client = new HttpClient();
        var wanted = ((DeclaredPackage)cluster.Package).Declaration.Charts.SelectMany(chart => chart.Series).SelectMany(series => Asked().Matches(series.Query.Text)).Select(match => match.Value).Distinct().ToList();
        wanted.ShouldNotBeEmpty();
        var since = Stopwatch.StartNew();
        while (true)
        {
            var pages = new List<string>();
            foreach (var pod in cluster.Subject.Observation!.Measured ?? [])
                pages.Add(await client.GetStringAsync(new Uri($"http://{pod.Host}:{pod.Port}{pod.Path}"), TestContext.Current.CancellationToken));
            var shown = pages.SelectMany(page => page.Split('\n')).Where(line => !line.StartsWith('#')).ToList();
            if (wanted.Where(selector => !shown.Exists(line => IsOf(line, selector))).ToList() is not { Count: > 0 } missing) return;
            since.Elapsed.ShouldBeLessThan(Limit, $"{string.Join(' ', missing)} are not among\n{string.Join('\n', shown.Order())}");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Whether a line of a page has a selector's name and labels; the pod is told by Prometheus.</summary>
    private static bool IsOf(string line, string selector) => line.Split(' ', '{')[0] == selector.Split('{')[0]
        && Labels().Matches(selector).All(label => label.Value.StartsWith("pod=", StringComparison.Ordinal) || label.Value.EndsWith("=\"\"", StringComparison.Ordinal) || line.Contains(label.Value, StringComparison.Ordinal));

    [GeneratedRegex(@"[A-Za-z_:][A-Za-z0-9_:]*\{[^}]*\}")]
    private static partial Regex Asked();

    [GeneratedRegex("[a-z_]+=\"[^\"]*\"")]
    private static partial Regex Labels();
}

using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class DeclaredChartsTests : IDisposable
{
    private const string Shelf = """
        schema: 1
        name: shelf
        title: Shelf
        description: Holds boxes.
        platform: metrics
        versions:
          - { version: 1.0, program: /usr/bin/shelf, debian: shelf }
        pods:
          shelf:
            task:
              resources: { cpus: 0.1, memory: 32 }
              ports: [web]
              command: { arguments: [hold] }
        endpoints:
          - { name: asking, title: Asking, pod: shelf, port: web, page: true, answers: promql }
        metrics: { pod: shelf, port: web }
        charts:
          - title: Boxes
            unit: per second
            series:
              - { title: put, query: 'sum by (pod) (rate(boxes_total{$cluster,of="in"}[$window]))' }
              - { title: taken, query: 'sum(rate(boxes_total{$cluster,of="out"}[$window]))' }
          - title: Weight
            unit: bytes
            series:
              - { title: all, query: 'weight{$cluster}' }
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private DeclaredPackage Package()
    {
        return folder.Package(Shelf);
    }

    [Fact]
    public void Each_chart_has_its_series_and_each_query_asks_for_one_cluster_alone()
    {
        var package = Package();
        var charts = package.Specify(Clusters.Settings(package)).Charts;
        charts.Select(chart => (chart.Title, chart.Unit)).ShouldBe([("Boxes", ChartUnit.PerSecond), ("Weight", ChartUnit.Bytes)]);
        charts[0].Series.Select(series => series.Query.For("trial", TimeSpan.FromMinutes(2)))
            .ShouldBe(["""sum by (pod) (rate(boxes_total{cluster="trial",of="in"}[120s]))""", """sum(rate(boxes_total{cluster="trial",of="out"}[120s]))"""]);
        Should.Throw<ArgumentException>(() => charts[0].Series[0].Query.For("x\"}", TimeSpan.FromMinutes(2)));
    }

    [Fact]
    public void Where_questions_are_answered_is_said_of_the_endpoint()
    {
        var package = Package();
        var placed = new Dictionary<string, PlacedTask> { ["shelf"] = new PlacedTask("shelf", "t", "10.0.0.1", new Dictionary<string, int> { ["web"] = 7000 }, true) };
        package.Endpoints(Clusters.Settings(package), placed).ShouldHaveSingleItem().Answers.ShouldBe("promql");
    }

    [Theory]
    [InlineData("""sum(x{$cluster}) / sum without (pod) (y{ $cluster , a=~"{b}$"} offset 5m)""")]
    [InlineData("""x{$cluster} * on (pod) group_left (of) y{$cluster} > bool 1e3""")]
    [InlineData("""histogram_quantile(0.99, sum by (le) (rate(x_bucket{$cluster}[$window]))) or vector(0)""")]
    [InlineData("""{$cluster,__name__="x"}""")]
    public void What_asks_for_one_cluster_alone_is_taken(string query) =>
        folder.Read(Shelf.Replace("weight{$cluster}", query.Replace("'", "''"), StringComparison.Ordinal)).ShouldBeOfType<PackageReading.Read>();

    [Theory]
    [InlineData("weight{$cluster}", "weight", "charts[1].series[0].query asks for weight of all clusters")]
    [InlineData("weight{$cluster}", "weight{$cluster} + lids", "asks for lids of all clusters")]
    [InlineData("weight{$cluster}", "weight{pod=\"a\",$cluster}", "must begin each selector with $cluster")]
    [InlineData("weight{$cluster}", "weight{}", "must begin each selector with $cluster")]
    [InlineData("weight{$cluster}", "weight{$cluster} + $cluster", "has $cluster where no selector begins")]
    [InlineData("weight{$cluster}", "weight{$cluster} + $other", "names $other")]
    [InlineData("weight{$cluster}", "weight{$cluster} > $window", "has $window elsewhere")]
    [InlineData("weight{$cluster}", "sum(weight{$cluster}", "does not close its (")]
    [InlineData("weight{$cluster}", "weight{$cluster})", "has a ) too many")]
    [InlineData("weight{$cluster}", "weight{$cluster,a=\"}", "has a text whose quote does not end")]
    [InlineData("weight{$cluster}", "vector(1)", "names no cluster")]
    [InlineData("weight{$cluster}", "weight{$cluster} # all", "has a comment")]
    [InlineData("unit: bytes", "unit: miles", "charts[1].unit can't be 'miles'")]
    [InlineData("title: Weight", "title: Boxes", "the chart Boxes is there twice")]
    [InlineData("      - { title: all, query: 'weight{$cluster}' }", "      []", "charts[1].series are 0")]
    [InlineData("metrics: { pod: shelf, port: web }\n", "", "charts are drawn of what is measured, and nothing is")]
    [InlineData("platform: metrics\n", "", "only who measures the platform is asked")]
    [InlineData("answers: promql", "answers: sql", "answers can't be 'sql'")]
    [InlineData("page: true, answers", "scheme: tcp, answers", "it is asked over HTTP")]
    public void Says_what_is_wrong_and_where(string old, string changed, string message)
    {
        Shelf.ShouldContain(old);
        var problems = folder.Read(Shelf.Replace(old, changed, StringComparison.Ordinal)).ShouldBeOfType<PackageReading.Refused>().Problems;
        var problem = problems.FirstOrDefault(each => each.Message.Contains(message, StringComparison.Ordinal)).ShouldNotBeNull(string.Join('\n', problems));
        problem.Line.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Five_charts_are_too_many_and_none_is_too_few()
    {
        var charts = Shelf[Shelf.IndexOf("charts:", StringComparison.Ordinal)..];
        Problems(Shelf.Replace(charts, "charts: []\n", StringComparison.Ordinal)).ShouldContain("charts are 0");
        var five = "charts:\n" + string.Concat(Enumerable.Range(0, 5).Select(number => $"  - {{ title: C{number}, series: [{{ title: a, query: 'x{{$cluster}}' }}] }}\n"));
        Problems(Shelf.Replace(charts, five, StringComparison.Ordinal)).ShouldContain("charts are 5");

        string Problems(string yaml) => string.Join('\n', folder.Read(yaml).ShouldBeOfType<PackageReading.Refused>().Problems);
    }
}

using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads what is drawn of an engine's measurements.</summary>
internal sealed class ChartsReader(Problems problems)
{
    private const string ChartsField = "charts";
    private const string SeriesField = "series";
    private const string QueryField = "query";
    private const int MostCharts = 4;
    private const int MostSeries = 6;

    private static readonly Dictionary<string, ChartUnit> Units = new(StringComparer.Ordinal)
    {
        ["count"] = ChartUnit.Count, ["per second"] = ChartUnit.PerSecond, ["bytes"] = ChartUnit.Bytes, ["bytes per second"] = ChartUnit.BytesPerSecond,
        ["ms"] = ChartUnit.Milliseconds, ["percent"] = ChartUnit.Percent,
    };

    public IReadOnlyList<EngineChart> Charts(Fields package)
    {
        if (!package.Has(ChartsField))
            return [];
        if (!package.Has("metrics"))
            problems.Add(package.KeyOf(ChartsField), $"{ChartsField} are drawn of what is measured, and nothing is", "metrics beside them");
        var read = new List<EngineChart>();
        foreach (var fields in package.Maps(ChartsField))
        {
            var title = fields.Text("title");
            if (title.Length > 0 && read.Exists(other => other.Title == title))
                problems.Add(fields.At("title"), $"the chart {Problems.Short(title)} is there twice");
            read.Add(new EngineChart(title, Units[fields.Choice("unit", "count", [.. Units.Keys])], Series(fields)));
            fields.Done();
        }

        if (read.Count is 0 or > MostCharts)
            problems.Add(package.At(ChartsField), $"{ChartsField} are {read.Count}", $"1 to {MostCharts}, each {{ title, unit, series }}");
        return read;
    }

    private List<EngineSeries> Series(Fields chart)
    {
        var read = new List<EngineSeries>();
        var count = 0;
        foreach (var fields in chart.Maps(SeriesField))
        {
            count++;
            var title = fields.Text("title");
            if (fields.Text(QueryField) is { Length: > 0 } text)
            {
                var (query, whyNot) = ChartQuery.Read(text);
                if (query is not null)
                    read.Add(new EngineSeries(title, query));
                else
                    problems.Add(fields.At(QueryField), $"{fields.Of(QueryField)} {whyNot}", "such as sum(rate(requests_total{$cluster}[$window]))");
            }

            fields.Done();
        }

        if (count is 0 or > MostSeries)
            problems.Add(chart.At(SeriesField), $"{chart.Of(SeriesField)} are {count}", $"1 to {MostSeries}, each {{ title, query }}");
        return read;
    }
}

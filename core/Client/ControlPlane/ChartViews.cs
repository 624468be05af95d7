using System.Text.Json.Serialization;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>What was measured of a cluster's engine, as its package draws it. It is asked when somebody looks: <c>GET /api/v1/clusters/{name}/charts</c>.</summary>
/// <param name="From">Of the first point of each series; the others follow every <paramref name="StepSeconds"/>, up to <paramref name="To"/>.</param>
public sealed record ChartsView(int Minutes, DateTimeOffset From, DateTimeOffset To, int StepSeconds, IReadOnlyList<ChartView> Charts)
{
    /// <summary>The cluster that answered; null where none is there that could.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MeasuredBy { get; init; }

    /// <summary>Why there are no charts although the package has some.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WhyNot { get; init; }
}

/// <param name="Title">For people.</param>
public sealed record ChartView(string Title, ChartUnit Unit, IReadOnlyList<ChartSeriesView> Series)
{
    /// <summary>How many series there are beyond those that are shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Left { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WhyNot { get; init; }
}

/// <param name="Values">Null where nothing was measured.</param>
public sealed record ChartSeriesView(string Title, IReadOnlyList<double?> Values);

public enum ChartUnit { Count, PerSecond, Bytes, BytesPerSecond, Milliseconds, Percent }

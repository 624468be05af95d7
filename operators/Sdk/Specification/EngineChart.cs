using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>What is drawn of an engine's measurements.</summary>
/// <param name="Title">For people.</param>
public sealed record EngineChart(string Title, ChartUnit Unit, IReadOnlyList<EngineSeries> Series);

/// <param name="Title">For people; what the answer tells its series apart by is added.</param>
public sealed record EngineSeries(string Title, ChartQuery Query);

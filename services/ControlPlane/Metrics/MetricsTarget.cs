namespace DataPlatform.Services.ControlPlane.Metrics;

/// <summary>One entry of Prometheus's HTTP service discovery, with its names.</summary>
/// <param name="Targets">Each as <c>host:port</c>.</param>
public sealed record MetricsTarget(IReadOnlyList<string> Targets, IReadOnlyDictionary<string, string> Labels);

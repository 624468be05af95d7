namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>Where a placed pod shows its measurements in Prometheus's text form.</summary>
/// <param name="Pod">The instance, such as <c>worker-0</c>.</param>
/// <param name="Path">Begins with a slash.</param>
public sealed record MeasuredPod(string Pod, string Host, int Port, string Path);

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>A task that has a place: where it listens or will listen.</summary>
/// <param name="Name">Stable in the cluster, such as <c>worker-0</c>.</param>
/// <param name="Host">The address of its host, as other hosts reach it.</param>
/// <param name="Ready">Its readiness check succeeded and it still runs.</param>
public sealed record PlacedTask(string Name, string TaskId, string Host, IReadOnlyDictionary<string, int> Ports, bool Ready)
{
    public string Address(string port) => $"{Host}:{Ports[port]}";

    /// <summary>The same as long as it is where it is.</summary>
    public string Location => $"{Host} {string.Join(' ', Ports.OrderBy(port => port.Key, StringComparer.Ordinal).Select(port => $"{port.Key}:{port.Value}"))}";
}

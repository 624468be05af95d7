namespace DataPlatform.Services.ControlPlane.Pool;

/// <summary>A host and a port as they stand in an address.</summary>
public static class HostAddress
{
    public static string Of(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host.Trim('[', ']')}]:{port}" : $"{host}:{port}";
}

namespace DataPlatform.Services.ControlPlane.Lake.Served;

/// <summary>A folder that a cluster serves: of a package that says so, where the platform placed it. Nobody gives another address.</summary>
/// <param name="Addresses">Of the folder, with by whom it is read, at each of those who may answer for it.</param>
/// <param name="Tasks">HOST:PORT of all that the cluster's tasks listen on: nobody else is asked for what lies there.</param>
public sealed record FileServer(string Cluster, string ClusterId, IReadOnlyList<Uri> Addresses, IReadOnlySet<string> Tasks)
{
    private const string Interface = "/webhdfs/v1";

    /// <summary>The folder's own path.</summary>
    public string Folder => Uri.UnescapeDataString(Addresses[0].AbsolutePath)[Interface.Length..].TrimEnd('/');

    /// <summary>Null where the address is none of a folder.</summary>
    public static Uri? Address(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.AbsolutePath.StartsWith(Interface + "/", StringComparison.Ordinal) ? address : null;

    /// <param name="path">The whole path of a file or folder.</param>
    public static Uri Asking(Uri address, string path, string operation) =>
        new(address, $"{Interface}{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}{(address.Query.Length > 0 ? address.Query + "&" : "?")}op={operation}");
}

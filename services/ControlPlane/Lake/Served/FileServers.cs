using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Lake.Served;

/// <summary>Which clusters serve files now.</summary>
public sealed class FileServers(ClusterStore clusters, Catalogue catalogue)
{
    public IReadOnlyList<FileServer> Find() =>
    [
        .. from cluster in clusters.Living()
           where cluster.DeleteRequestedAt is null
           let seen = catalogue.Find(cluster.Package)?.Observe(cluster.Id)
           where seen is { State: ClusterState.Ready or ClusterState.Degraded }
           let addresses = seen.Endpoints.Where(endpoint => endpoint.Answers == EndpointView.Files).Select(endpoint => FileServer.Address(endpoint.Url)).OfType<Uri>().ToList()
           where addresses.Count > 0
           orderby cluster.Name
           let tasks = seen.Tasks.Where(task => task.EndedAt is null && task.Host is not null).SelectMany(task => task.Ports.Values.Select(port => $"{task.Host}:{port}")).ToHashSet(StringComparer.Ordinal)
           select new FileServer(cluster.Name, cluster.Id, addresses, tasks),
    ];
}

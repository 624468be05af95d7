using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Operators;

/// <summary>
/// The operator of one package within this process. It is made anew from its own store when it fails; what runs goes on
/// meanwhile, and what is desired is asked again.
/// </summary>
public sealed class HostedOperator(ServicePackage package, Func<Operator> make, Func<IEnumerable<DesiredCluster>> desired, ILogger logger) : IClusterOperator
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private volatile Operator current = make();
    private volatile string? replaced;
    private bool hasRun;

    public string Name => package.Name;

    public PackageView Package => replaced is { } reason ? current.Package with { UnavailableReason = reason } : current.Package;

    public IReadOnlyList<PodNeeds> Needs(JsonObject options) => current.Needs(options);

    public string? FrameworkId => current.FrameworkId;

    public IReadOnlyCollection<string> Known => current.Known;

    public event Action<string>? Changed;

    public void Want(DesiredCluster cluster) => current.Want(Wanted(cluster));

    public void Remove(string clusterId) => current.Remove(clusterId);

    public ClusterObservation? Observe(string clusterId) => current.Observe(clusterId);

    public IReadOnlyDictionary<string, string> ProxyHeaders(string clusterId, string endpoint) => current.ProxyHeaders(clusterId, endpoint);

    public ClusterConnection? Connection(string clusterId) => current.Connection(clusterId);

    public async Task RunAsync(CancellationToken cancellation)
    {
        var pause = ShortestPause;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (hasRun) current = make();
                hasRun = true;
                current.Changed += Raise;
                // Told before it works: it must not take down, as nobody's, what is only not told yet.
                foreach (var cluster in desired()) Tell(cluster);
                await current.RunAsync(cancellation);
                return;
            }
            catch (OperatorReplacedException taken)
            {
                replaced = taken.Message;
                logger.LogError("{Reason}", taken.Message);
                return;
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested)
            {
                logger.LogError(error, "The operator of {Package} failed and starts again in {Pause}", Name, pause);
            }

            current.Changed -= Raise;
            try
            {
                await Task.Delay(pause, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Tell(DesiredCluster cluster)
    {
        if (cluster.DeleteRequestedAt is null) Want(cluster);
        else Remove(cluster.Id);
    }

    private void Raise(string clusterId) => Changed?.Invoke(clusterId);

    private static WantedCluster Wanted(DesiredCluster cluster) =>
        new(cluster.Id, cluster.Name, cluster.Owner, cluster.Options.DeepClone().AsObject(), cluster.CreatedAt);
}

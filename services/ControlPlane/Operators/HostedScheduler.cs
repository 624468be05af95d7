using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Services.ControlPlane.Operators;

/// <summary>
/// The scheduler of one cluster within this process. When it fails it is made anew from what was stored; what runs goes on meanwhile, and
/// what is wanted is told again.
/// </summary>
internal sealed class HostedScheduler(string clusterId, string name, Func<ClusterScheduler> make, ILogger logger)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock telling = new();
    private readonly Dictionary<string, SchedulerCommand.Connected> connected = new(StringComparer.Ordinal);
    private ClusterScheduler? current;
    private SchedulerCommand.Want? wanted;
    private SchedulerCommand.Turn? turn;
    private bool isRemoved;
    private volatile string? fault;

    public string ClusterId => clusterId;

    public string? FrameworkId => current?.FrameworkId;

    public ClusterConnection? Connection => current?.Connection;

    /// <summary>Never null before the scheduler ends: nobody may take for gone what can't be read just now.</summary>
    public ClusterObservation? Observation => fault is { } reason ? Broken(reason) : current is { } scheduler ? scheduler.Observation : ClusterObservation.Unscheduled;

    public WantedCluster? Wanted => wanted?.Cluster;

    public event Action? Changed;

    public event Action<bool>? Gathering;

    public IReadOnlyDictionary<string, string> ProxyHeaders(string endpoint) => current?.ProxyHeaders(endpoint) ?? new Dictionary<string, string>(0);

    public IReadOnlyDictionary<string, string> HandedOut(int operation) => current?.HandedOut(operation) ?? new Dictionary<string, string>(0);

    public TableCommand? Ask(string table) => current?.Ask(table);

    /// <summary>What is told while no scheduler works is told to the next.</summary>
    public void Post(SchedulerCommand command)
    {
        lock (telling)
        {
            switch (command)
            {
                case SchedulerCommand.Want want:
                    wanted = want;
                    break;
                case SchedulerCommand.Connected connection:
                    connected[connection.Cluster] = connection;
                    break;
                case SchedulerCommand.Turn given:
                    turn = given;
                    break;
                case SchedulerCommand.Remove:
                    isRemoved = true;
                    break;
            }

            current?.Post(command);
        }
    }

    /// <summary>Until nothing is left of the cluster, or it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var pause = ShortestPause;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var scheduler = Begin();
                fault = null;
                await scheduler.RunAsync(cancellation);
                return;
            }
            catch (LeaseLostException)
            {
                return;
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested)
            {
                if (error is SchedulerReplacedException) pause = LongestPause;
                fault = $"its scheduler failed and is tried again: {error.Message}";
                logger.LogError(error, "The scheduler of {Cluster} failed and starts again in {Pause}", name, pause);
                Changed?.Invoke();
            }

            await Task.Delay(pause, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private ClusterScheduler Begin()
    {
        var scheduler = make();
        scheduler.Changed += () => Changed?.Invoke();
        scheduler.Gathering += wants => Gathering?.Invoke(wants);
        lock (telling)
        {
            foreach (var connection in connected.Values) scheduler.Post(connection);
            if (wanted is not null) scheduler.Post(wanted);
            if (turn is not null) scheduler.Post(turn);
            if (isRemoved) scheduler.Post(new SchedulerCommand.Remove());
            current = scheduler;
        }

        return scheduler;
    }

    private static ClusterObservation Broken(string reason) => ClusterObservation.Unscheduled with { State = ClusterState.Failed, Reason = reason };
}

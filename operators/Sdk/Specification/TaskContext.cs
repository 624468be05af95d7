namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>What is known when a task's command is made: its own place and those of its peers.</summary>
/// <param name="peers">Tasks that run, by name.</param>
/// <param name="places">Places that tasks have, whether they run there or not, by the task's name.</param>
public sealed class TaskContext(
    string name, int index, string host, IReadOnlyDictionary<string, int> ports, IReadOnlyDictionary<string, PlacedTask> peers, IReadOnlyDictionary<string, PlacedTask> places)
{
    /// <summary>Of what <see cref="Dependencies"/> says of a place.</summary>
    public const string PlacePrefix = "place:";

    private const string NoHost = "0.0.0.0";

    private readonly Dictionary<string, string> dependencies = new(StringComparer.Ordinal);

    /// <summary>Of a task that has no place: to see whether it could have a command, or which.</summary>
    public static TaskContext WithoutPlace(string name, int index, TaskSpecification task, IReadOnlyDictionary<string, PlacedTask> peers, IReadOnlyDictionary<string, PlacedTask> places) =>
        new(name, index, NoHost, NoPorts(task), peers, places);

    /// <summary>A peer as if it were there.</summary>
    public static PlacedTask PeerWithoutPlace(string name, TaskSpecification task) => new(name, "", NoHost, NoPorts(task), Ready: true);

    public string Name => name;

    /// <summary>Which of its pod's instances this is, from 0.</summary>
    public int Index => index;

    /// <summary>The address of the host that the task gets.</summary>
    public string Host => host;

    /// <summary>The host's zone; empty when it has none.</summary>
    public string Zone { get; init; } = "";

    public IReadOnlyDictionary<string, int> Ports => ports;

    /// <summary>
    /// A peer by its task's name; null while it has no place. Whoever asks depends on it: when the peer is replaced, this task is
    /// started again.
    /// </summary>
    public PlacedTask? Peer(string peer)
    {
        if (!peers.TryGetValue(peer, out var placed))
            return null;
        dependencies[peer] = placed.TaskId;
        return placed;
    }

    /// <summary>
    /// Where a peer is or will be, by its task's name; null while it has no place. Whoever asks depends on that alone: it is started again when the peer
    /// is elsewhere, and not when it is started again where it was.
    /// </summary>
    public PlacedTask? Place(string peer)
    {
        if (!places.TryGetValue(peer, out var placed))
            return null;
        dependencies[PlacePrefix + peer] = placed.Location;
        return placed;
    }

    /// <summary>Names of the peers asked for, with the ids of their tasks; of places with where they are.</summary>
    public IReadOnlyDictionary<string, string> Dependencies => dependencies;

    private static Dictionary<string, int> NoPorts(TaskSpecification task) => task.Ports.ToDictionary(port => port, _ => 0, StringComparer.Ordinal);
}

using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Volumes;

namespace DataPlatform.Simulation.Tests;

/// <summary>The volumes of a host and the record of what is reserved there. The agent may end before any step, and any step may fail.</summary>
internal sealed class SimulatedVolumeDisk : IVolumeDisk
{
    private readonly SortedDictionary<string, string?> writtenBy = new(StringComparer.Ordinal);

    /// <summary>True when the agent has just ended.</summary>
    public Func<bool> Ends { get; set; } = () => false;

    /// <summary>So many of the next steps fail.</summary>
    public int Failures { get; set; }

    public ResourceBag Kept { get; private set; } = ResourceBag.Empty;

    public IEnumerable<string> Places => writtenBy.Keys;

    /// <summary>Which life of the volume has written to it; null when it is empty.</summary>
    public string? WrittenBy(ResourceKind volume) => writtenBy.GetValueOrDefault(PlaceOf(volume));

    public void Write(ResourceKind volume, string life) => writtenBy[PlaceOf(volume)] = life;

    public void EmptyAll()
    {
        foreach (var place in writtenBy.Keys.ToList())
            writtenBy[place] = null;
    }

    /// <summary>Called with the place of a volume before it is taken away.</summary>
    public Action<string> Taking { get; set; } = static _ => { };

    public static string Place(ResourceKind volume) => $"{volume.ReservedTo}/{volume.Disk!.Persistence!.Id}";

    public string PlaceOf(ResourceKind volume) => Place(volume);

    public void Make(ResourceKind volume)
    {
        Step(!writtenBy.ContainsKey(PlaceOf(volume)));
        writtenBy.TryAdd(PlaceOf(volume), null);
    }

    public void SetAside(ResourceKind volume) => Destroy(volume);

    public void Destroy(ResourceKind volume)
    {
        Step(writtenBy.ContainsKey(PlaceOf(volume)));
        Taking(PlaceOf(volume));
        writtenBy.Remove(PlaceOf(volume));
    }

    public void Keep(ResourceBag converted)
    {
        Step(!converted.Equals(Kept));
        Kept = converted;
    }

    private void Step(bool changesAnything)
    {
        if (Ends())
            throw new AgentEndedException();
        if (Failures == 0 || !changesAnything)
            return;
        Failures--;
        throw new IOException("no space left on the simulated disk");
    }
}

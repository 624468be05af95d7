using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>Which agents are, or were last, at an address: a fleet that comes at once asks that for each of its agents.</summary>
internal sealed class AgentAddresses
{
    private readonly Dictionary<(string Hostname, int Port), SortedSet<string>> ids = [];

    /// <summary>Their ids, in order.</summary>
    public IReadOnlyCollection<string> At(AgentInfo info) => ids.TryGetValue(Of(info), out var found) ? found : [];

    public void Add(string id, AgentInfo info)
    {
        if (!ids.TryGetValue(Of(info), out var found))
            ids[Of(info)] = found = new(StringComparer.Ordinal);
        found.Add(id);
    }

    public void Remove(string id, AgentInfo info)
    {
        if (ids.TryGetValue(Of(info), out var found) && found.Remove(id) && found.Count == 0)
            ids.Remove(Of(info));
    }

    private static (string Hostname, int Port) Of(AgentInfo info) => (info.Hostname, info.Port);
}

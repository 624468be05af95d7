using System.Collections.Concurrent;
using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Http;

namespace DataPlatform.Services.ControlPlane.Pool;

/// <summary>One client for each agent that has been asked. Thread safe.</summary>
public sealed class AgentClients(MesosCredential? credential) : IDisposable
{
    private readonly ConcurrentDictionary<string, AgentClient> agents = new();

    /// <summary>Of the agent that runs the task; null while it has not been placed on a host.</summary>
    public AgentClient? Of(TaskView task) => Uri.TryCreate(task.AgentUrl, UriKind.Absolute, out var address)
        ? At(address)
        : null;

    public AgentClient At(Uri agent) => agents.GetOrAdd(agent.GetLeftPart(UriPartial.Authority), url => new AgentClient(new Uri(url), credential));

    public void Dispose()
    {
        foreach (var client in agents.Values) client.Dispose();
    }
}

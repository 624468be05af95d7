namespace DataPlatform.Core.Allocation;

public sealed partial class Allocator
{
    /// <summary>
    /// Adds a framework, or changes its roles. What it holds in a role that it leaves stays held; roles it keeps stay
    /// suppressed or not as they were.
    /// </summary>
    /// <param name="isActive">False for one that is not connected: it holds what it has and is offered nothing.</param>
    public void SetFramework(string frameworkId, IEnumerable<string> roles, bool isActive)
    {
        if (!_frameworks.TryGetValue(frameworkId, out var framework))
            _frameworks[frameworkId] = framework = new AllocatedFramework(frameworkId);
        framework.IsActive = isActive;
        var wanted = roles.ToHashSet(StringComparer.Ordinal);
        foreach (var role in wanted.Order(StringComparer.Ordinal))
        {
            var client = framework.Clients.GetValueOrDefault(role) ?? AddClient(frameworkId, role);
            client.IsSubscribed = true;
            Notice(framework, client);
        }

        foreach (var client in framework.Clients.Values.Where(client => !wanted.Contains(client.Role)).ToList())
        {
            (client.IsSubscribed, client.IsSuppressed) = (false, false);
            ForgetRefusals(client);
            Notice(framework, client);
            DropIfUnused(client);
        }
    }

    /// <exception cref="KeyNotFoundException">The framework is unknown.</exception>
    public void SetFrameworkActive(string frameworkId, bool isActive)
    {
        var framework = Framework(frameworkId);
        framework.IsActive = isActive;
        foreach (var client in framework.Clients.Values)
            Notice(framework, client);
    }

    /// <summary>All it holds is free, all it refused is forgotten. Unknown frameworks are ignored.</summary>
    public void RemoveFramework(string frameworkId)
    {
        if (!_frameworks.Remove(frameworkId, out var framework))
            return;
        foreach (var client in framework.Clients.Values)
        {
            foreach (var agent in _agents.Values)
            {
                if (client.Holdings == 0)
                    break;
                if (agent.HeldBy(client) is { IsEmpty: false } held)
                    Recover(agent, client, held);
            }

            ForgetRefusals(client);
            _wanting.Remove(client.Index);
            _shares.RemoveClient(client);
        }
    }

    /// <summary>No offers for these roles, for all of its roles when none is named, until a revival.</summary>
    public void Suppress(string frameworkId, IReadOnlyCollection<string> roles) => SetSuppressed(frameworkId, roles, true);

    /// <summary>Ends suppression and forgets what was refused in these roles, in all of its roles when none is named.</summary>
    public void Revive(string frameworkId, IReadOnlyCollection<string> roles)
    {
        SetSuppressed(frameworkId, roles, false);
        ForgetRefusals(frameworkId, roles);
    }

    /// <summary>Forgets what the framework refused, in all of its roles when none is named.</summary>
    public void ForgetRefusals(string frameworkId, IReadOnlyCollection<string> roles)
    {
        foreach (var client in Clients(frameworkId, roles))
            ForgetRefusals(client);
    }

    private void SetSuppressed(string frameworkId, IReadOnlyCollection<string> roles, bool isSuppressed)
    {
        var framework = Framework(frameworkId);
        foreach (var client in Clients(frameworkId, roles))
        {
            client.IsSuppressed = isSuppressed;
            Notice(framework, client);
        }
    }

    private IEnumerable<ShareClient> Clients(string frameworkId, IReadOnlyCollection<string> roles) =>
        Framework(frameworkId).Clients.Values.Where(client => roles.Count == 0 || roles.Contains(client.Role));

    private ShareClient AddClient(string frameworkId, string role)
    {
        var client = _shares.AddClient(frameworkId, role);
        _frameworks[frameworkId].Clients[role] = client;
        return client;
    }

    private void Notice(AllocatedFramework framework, ShareClient client)
    {
        if (framework.IsActive && client is { IsSubscribed: true, IsSuppressed: false })
            _wanting.Add(client.Index);
        else
            _wanting.Remove(client.Index);
    }

    private void DropIfUnused(ShareClient client)
    {
        if (client.IsSubscribed || client.Holdings > 0)
            return;
        _frameworks[client.FrameworkId].Clients.Remove(client.Role);
        _shares.RemoveClient(client);
    }

    private void ForgetRefusals(ShareClient client)
    {
        foreach (var agent in _agents.Values)
            agent.ForgetRefusals(client.Index);
    }

    private ShareClient? Client(string frameworkId, string role) =>
        _frameworks.TryGetValue(frameworkId, out var framework) ? framework.Clients.GetValueOrDefault(role) : null;

    private AllocatedFramework Framework(string frameworkId) => _frameworks.TryGetValue(frameworkId, out var framework)
        ? framework
        : throw new KeyNotFoundException($"framework {frameworkId} is unknown to the allocator");
}

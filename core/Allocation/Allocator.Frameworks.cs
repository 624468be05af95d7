namespace DataPlatform.Core.Allocation;

public sealed partial class Allocator
{
    private const int LeastSwept = 64;

    private readonly ClientSet _takingGpus = new();
    private readonly ClientSet _takingOtherRegions = new();

    // How many clients say themselves what an offer must hold.
    private int _choosy;

    /// <summary>
    /// Adds a framework, or changes its roles. What it holds in a role that it leaves stays held; roles it keeps stay
    /// suppressed or not as they were.
    /// </summary>
    /// <param name="isActive">False for one that is not connected: it holds what it has and is offered nothing.</param>
    /// <param name="traits">Null for those it had, <see cref="FrameworkTraits.Plain"/> at first.</param>
    public void SetFramework(string frameworkId, IEnumerable<string> roles, bool isActive, FrameworkTraits? traits = null)
    {
        if (!_frameworks.TryGetValue(frameworkId, out var framework))
            _frameworks[frameworkId] = framework = new AllocatedFramework(frameworkId);
        framework.IsActive = isActive;
        framework.Traits = traits ?? framework.Traits;
        var wanted = roles.ToHashSet(StringComparer.Ordinal);
        foreach (var role in wanted.Order(StringComparer.Ordinal))
        {
            var client = framework.Clients.GetValueOrDefault(role) ?? AddClient(frameworkId, role);
            client.IsSubscribed = true;
            Know(client, framework.Traits);
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

            Drop(client);
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
        client.Quota = _quotas.At(role);
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

    private void Know(ShareClient client, FrameworkTraits traits)
    {
        var constraints = client.Traits.Constraints;
        client.Traits = traits;
        _takingGpus.Set(client.Index, traits.TakesGpus);
        _takingOtherRegions.Set(client.Index, traits.TakesOtherRegions);
        _takingRevocable.Set(client.Index, traits.TakesRevocable);
        _choosy += (client.HasOwnLeast ? 1 : 0) - (client.IsChoosy ? 1 : 0);
        client.IsChoosy = client.HasOwnLeast;
        if (constraints == traits.Constraints)
            return;
        foreach (var agent in _agents.Values)
            agent.Bar(client.Index, traits.Constraints.WhyNot(client.Role, agent.Traits) is not null);
    }

    /// <summary>For whom the agent will not do is found out once, not in every round.</summary>
    private void Judge(AllocatedAgent agent)
    {
        agent.IsRemote = _settings.Region is { } here && agent.Traits.Region is { } there && there != here;
        foreach (var client in _shares.Clients.Where(client => client.Traits.Constraints.Concern(client.Role) || agent.IsBarred(client.Index)))
            agent.Bar(client.Index, client.Traits.Constraints.WhyNot(client.Role, agent.Traits) is not null);
    }

    private void DropIfUnused(ShareClient client)
    {
        if (client.IsSubscribed || client.Holdings > 0)
            return;
        _frameworks[client.FrameworkId].Clients.Remove(client.Role);
        Drop(client);
    }

    private void Drop(ShareClient client)
    {
        Leave(client.Index);
        _choosy -= client.IsChoosy ? 1 : 0;
        _shares.RemoveClient(client);
        SweepRetired();
    }

    // A new index stands in no agent's refusals: nothing has to be looked for on thousands of agents.
    private void ForgetRefusals(ShareClient client)
    {
        var (old, wanted) = (client.Index, _wanting[client.Index]);
        Leave(old);
        _shares.Renew(client);
        _wanting.Set(client.Index, wanted);
        _takingGpus.Set(client.Index, client.Traits.TakesGpus);
        _takingOtherRegions.Set(client.Index, client.Traits.TakesOtherRegions);
        _takingRevocable.Set(client.Index, client.Traits.TakesRevocable);
        if (client.Traits.Constraints.Concern(client.Role))
        {
            foreach (var agent in _agents.Values)
                agent.Bar(client.Index, agent.IsBarred(old));
        }

        SweepRetired();
    }

    private void Leave(int index)
    {
        _wanting.Remove(index);
        _takingGpus.Remove(index);
        _takingOtherRegions.Remove(index);
        _takingRevocable.Remove(index);
    }

    private void SweepRetired()
    {
        if (_shares.Retired.Count < Math.Max(LeastSwept, _shares.IndexCount / 4))
            return;
        var retired = new ClientSet();
        foreach (var index in _shares.Retired)
            retired.Add(index);
        foreach (var agent in _agents.Values)
            agent.ForgetRefusals(retired);
        _shares.ReuseRetired();
    }

    private ShareClient? Client(string frameworkId, string role) =>
        _frameworks.TryGetValue(frameworkId, out var framework) ? framework.Clients.GetValueOrDefault(role) : null;

    private AllocatedFramework Framework(string frameworkId) => _frameworks.TryGetValue(frameworkId, out var framework)
        ? framework
        : throw new KeyNotFoundException($"framework {frameworkId} is unknown to the allocator");
}

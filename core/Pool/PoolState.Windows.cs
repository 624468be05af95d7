using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>Maintenance windows of machines, and what frameworks say to them.</summary>
public sealed partial class PoolState
{
    private readonly Dictionary<Machine, MachineID> downMachines = [];
    private readonly Dictionary<string, PooledInverseOffer> inverseOffers = [];

    /// <summary>Machines that will go away, and when.</summary>
    public MaintenancePlan Plan { get; private set; } = MaintenancePlan.Empty;

    /// <summary>Machines whose maintenance has begun: their agents may not join. Each is in the plan too.</summary>
    public IReadOnlyDictionary<Machine, MachineID> DownMachines => downMachines;

    /// <summary>Those that wait for an answer.</summary>
    public IReadOnlyDictionary<string, PooledInverseOffer> InverseOffers => inverseOffers;

    /// <summary>When the agent will be away, or null.</summary>
    public Unavailability? UnavailabilityOf(PooledAgent agent) => Plan.Of(agent.Info.Hostname, agent.Address);

    internal bool IsDown(string hostname, string? address) =>
        downMachines.Count > 0 && Machine.OfHost(hostname, address).Any(downMachines.ContainsKey);

    private void Apply(PoolEvent.MaintenanceScheduled scheduled)
    {
        var before = Plan;
        Plan = new MaintenancePlan(scheduled.Schedule);
        foreach (var agent in agents.Values)
        {
            // What was said was said to another window.
            if (!Equals(before.Of(agent.Info.Hostname, agent.Address), UnavailabilityOf(agent)))
                agent.InverseOfferAnswers.Clear();
        }

        AllocateEverywhere();
    }

    private void Apply(PoolEvent.InverseOfferMade made)
    {
        var offer = made.Offer;
        nextOffer++;
        inverseOffers[offer.Id] = offer;
        agents[offer.AgentId].InverseOffers[offer.FrameworkId] = offer;
        frameworks[offer.FrameworkId].InverseOffers[offer.Id] = offer;
    }

    private void Apply(PoolEvent.InverseOfferAnswered answered)
    {
        var offer = inverseOffers[answered.OfferId];
        agents[offer.AgentId].InverseOfferAnswers[offer.FrameworkId] = new InverseOfferAnswer(answered.Status, answered.Time, answered.Until);
        EndInverse(answered.OfferId);
    }

    private void EndInverse(string offerId)
    {
        if (!inverseOffers.Remove(offerId, out var offer))
            return;
        agents[offer.AgentId].InverseOffers.Remove(offer.FrameworkId);
        frameworks[offer.FrameworkId].InverseOffers.Remove(offerId);
    }

    /// <summary>What it said stands; it may be asked again at once.</summary>
    private void AskAgain(string frameworkId)
    {
        if (Plan.IsEmpty)
            return;
        foreach (var agent in agents.Values)
        {
            if (agent.InverseOfferAnswers.TryGetValue(frameworkId, out var answer))
                agent.InverseOfferAnswers[frameworkId] = answer with { Until = DateTimeOffset.MinValue };
        }
    }

    private void ForgetAnswersOf(string frameworkId)
    {
        if (Plan.IsEmpty)
            return;
        foreach (var agent in agents.Values)
            agent.InverseOfferAnswers.Remove(frameworkId);
    }
}

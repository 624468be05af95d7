using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Allocation;

/// <summary>What of an agent decides who may be offered it, beside its resources.</summary>
/// <param name="Region">Its fault domain's; null when it names none.</param>
public sealed record AgentTraits(string Hostname, string? Region, string? Zone, IReadOnlyList<AgentAttribute> Attributes)
{
    public static readonly AgentTraits None = new("", null, null, []);

    public static AgentTraits Of(AgentInfo info) => new(
        info.Hostname, info.Domain?.FaultDomain?.Region.Name, info.Domain?.FaultDomain?.Zone.Name, info.Attributes);
}

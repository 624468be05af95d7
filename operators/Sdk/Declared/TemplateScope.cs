namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>What a template may name where it stands.</summary>
/// <param name="Plain">Texts and numbers: options, <c>cluster</c>, <c>host</c>.</param>
/// <param name="Groups">Values by group and name: <c>ports</c>, <c>secrets</c>, <c>pages</c>.</param>
/// <param name="Peers">Ports of each pod whose places may be named.</param>
/// <param name="Absent">Why a group is not to be had here, by its name.</param>
internal sealed record TemplateScope(
    IReadOnlySet<string> Plain, IReadOnlyDictionary<string, IReadOnlySet<string>> Groups, IReadOnlyDictionary<string, IReadOnlySet<string>> Peers,
    IReadOnlyDictionary<string, string> Absent)
{
    /// <summary>Options by whose clusters what leads to them may be named.</summary>
    public IReadOnlySet<string> Connections { get; init; } = new HashSet<string>();
}

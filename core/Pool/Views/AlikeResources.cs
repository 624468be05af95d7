using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>
/// Resources as messages for one answer. Hosts of a pool are few kinds and hold much the same: what is alike is made once and shared, as
/// nobody changes what an answer holds.
/// </summary>
internal sealed class AlikeResources
{
    private readonly Dictionary<(ResourceBag Resources, string? Role), IReadOnlyList<Resource>> known = [];
    private readonly ResourceSum sum = new();

    public IReadOnlyList<Resource> Of(ResourceBag resources) => Of(resources, null);

    /// <summary>Held by each role, and marked as allocated to it.</summary>
    public IReadOnlyList<Resource> Allocated(IEnumerable<(string Role, ResourceBag Resources)> held)
    {
        string? only = null;
        foreach (var (role, resources) in held)
        {
            if (only is not null && role != only)
            {
                sum.Take();
                return Of(ResourceSum.AllocatedByRole(held).Aggregate(ResourceBag.Empty, static (all, each) => all.Add(each)));
            }

            only = role;
            sum.Add(resources);
        }

        return Of(sum.Take(), only);
    }

    private IReadOnlyList<Resource> Of(ResourceBag resources, string? allocatedTo)
    {
        if (known.TryGetValue((resources, allocatedTo), out var made))
            return made;
        var marked = allocatedTo is null ? resources : resources.AllocatedTo(allocatedTo);
        return known[(resources, allocatedTo)] = [.. marked.ToMessages(ResourceFormat.WithRole)];
    }
}

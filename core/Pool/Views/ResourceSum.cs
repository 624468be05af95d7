using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Adds up what tasks and offers of many agents hold, in one pass and without a bag for each step.</summary>
internal sealed class ResourceSum
{
    private readonly Dictionary<ResourceKind, ResourceAmount> scalars = [];
    private ResourceBag others = ResourceBag.Empty;

    public static ResourceSum Of(IEnumerable<ResourceBag> bags)
    {
        var sum = new ResourceSum();
        foreach (var bag in bags)
            sum.Add(bag);
        return sum;
    }

    /// <summary>Ports and the like of two agents may be the same, and are no more than once then: only scalars add up over a pool.</summary>
    public void Add(ResourceBag bag)
    {
        var hasOthers = false;
        foreach (var (kind, value) in bag.Entries)
        {
            if (value is ResourceValue.Scalar(var amount))
                scalars[kind] = scalars.GetValueOrDefault(kind) + amount;
            else
                hasOthers = true;
        }

        if (!hasOthers)
            return;
        var rest = bag.Where(static entry => entry.Value is not ResourceValue.Scalar);
        if (!others.ConflictsWith(rest))
            others = others.Add(rest);
    }

    public ResourceBag ToBag() =>
        others.Add(ResourceBag.Of(scalars.Select(static sum => new ResourceEntry(sum.Key, new ResourceValue.Scalar(sum.Value)))));

    /// <summary>Over all scalars of that name, however reserved.</summary>
    public double Amount(string name) => scalars.Where(sum => sum.Key.Name == name).Sum(static sum => sum.Value.ToDouble());
}

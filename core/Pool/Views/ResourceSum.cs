using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Adds up what tasks and offers of many agents hold, in one pass and without a bag for each step.</summary>
internal sealed class ResourceSum
{
    private readonly Dictionary<ResourceKind, ResourceAmount> scalars = [];
    private ResourceBag others = ResourceBag.Empty;

    // Tasks of one kind share one bag and come one after another: they are counted first.
    private ResourceBag repeated = ResourceBag.Empty;
    private long times;

    public static ResourceSum Of(IEnumerable<ResourceBag> bags)
    {
        var sum = new ResourceSum();
        foreach (var bag in bags)
            sum.Add(bag);
        return sum;
    }

    /// <summary>What is held for each role, and marked as allocated to it.</summary>
    public static IEnumerable<ResourceBag> AllocatedByRole(IEnumerable<(string Role, ResourceBag Resources)> held) => ByRole(held)
        .OrderBy(role => role.Key, StringComparer.Ordinal).Select(role => role.Value.AllocatedTo(role.Key));

    public static Dictionary<string, ResourceBag> ByRole(IEnumerable<(string Role, ResourceBag Resources)> held)
    {
        var sums = new Dictionary<string, ResourceSum>();
        foreach (var (role, resources) in held)
        {
            if (!sums.TryGetValue(role, out var sum))
                sums[role] = sum = new ResourceSum();
            sum.Add(resources);
        }

        return sums.ToDictionary(sum => sum.Key, sum => sum.Value.ToBag());
    }

    /// <summary>Ports and the like of two agents may be the same, and are no more than once then: only scalars add up over a pool.</summary>
    public void Add(ResourceBag bag)
    {
        if (!ReferenceEquals(bag, repeated))
        {
            AddRepeated();
            repeated = bag;
        }

        times++;
    }

    private void AddRepeated()
    {
        if (times == 0)
            return;
        var (bag, count) = (repeated, times);
        (repeated, times) = (ResourceBag.Empty, 0);
        var hasOthers = false;
        foreach (var (kind, value) in bag.Entries)
        {
            if (value is ResourceValue.Scalar(var amount))
                scalars[kind] = scalars.GetValueOrDefault(kind) + ResourceAmount.FromThousandths(checked(amount.Thousandths * count));
            else
                hasOthers = true;
        }

        if (!hasOthers)
            return;
        var rest = bag.Where(static entry => entry.Value is not ResourceValue.Scalar);
        if (!others.ConflictsWith(rest))
            others = others.Add(rest);
    }

    public ResourceBag ToBag()
    {
        AddRepeated();
        return others.Add(ResourceBag.Of(scalars.Select(static sum => new ResourceEntry(sum.Key, new ResourceValue.Scalar(sum.Value)))));
    }

    /// <summary>The sum, which is nothing again from now on.</summary>
    public ResourceBag Take()
    {
        var bag = ToBag();
        scalars.Clear();
        others = ResourceBag.Empty;
        return bag;
    }

    /// <summary>Over all scalars of that name, however reserved.</summary>
    public double Amount(string name)
    {
        AddRepeated();
        return scalars.Where(sum => sum.Key.Name == name).Sum(static sum => sum.Value.ToDouble());
    }
}

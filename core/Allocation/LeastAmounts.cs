using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// What an offer must hold at least one of, as plain arrays: asked several times for every agent of a round, where the
/// sorted dictionaries of quantities would cost more than all the rest.
/// </summary>
internal sealed class LeastAmounts
{
    private readonly (string Name, int Index, long Thousandths)[][] _choices;

    public LeastAmounts(IReadOnlyList<ResourceQuantities> choices, ResourceNames names) => _choices =
        [.. choices.Select(choice => choice.Select(amount => (amount.Key, names.IndexOf(amount.Key), amount.Value.Thousandths)).ToArray())];

    /// <summary>Without any choice whatever is not nothing will do.</summary>
    public bool AreIn(ResourceBag resources)
    {
        foreach (var choice in _choices)
        {
            var isThere = true;
            foreach (var (name, _, thousandths) in choice)
                isThere &= resources.Amount(name).Thousandths >= thousandths;
            if (isThere)
                return true;
        }

        return _choices.Length == 0 && !resources.IsEmpty;
    }

    public bool FitLimits(QuotaNode node)
    {
        foreach (var choice in _choices)
        {
            var fits = true;
            foreach (var (_, index, thousandths) in choice)
                fits &= node.LeftOfLimit(index) >= thousandths;
            if (fits)
                return true;
        }

        return _choices.Length == 0;
    }

    public bool FitHeadroom(QuotaTree quotas)
    {
        foreach (var choice in _choices)
        {
            var fits = true;
            foreach (var (_, index, thousandths) in choice)
                fits &= quotas.Headroom(index) >= thousandths;
            if (fits)
                return true;
        }

        return _choices.Length == 0;
    }
}

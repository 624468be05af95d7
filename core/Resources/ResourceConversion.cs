namespace DataPlatform.Core.Resources;

/// <summary>Resources that become others: reserved or no longer, a volume or no longer. Both sides amount to the same.</summary>
public sealed record ResourceConversion(ResourceBag Consumed, ResourceBag Converted)
{
    /// <exception cref="InvalidOperationException">What is consumed is not in the bag.</exception>
    public ResourceBag Apply(ResourceBag bag) => bag.Subtract(Consumed).Add(Converted);

    public ResourceConversion Reverse() => new(Converted, Consumed);
}

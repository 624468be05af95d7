namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>How many instances of a pod there are follows the work: one more while there is too much of it, one less while there is none.</summary>
/// <param name="Least">How many there always are.</param>
/// <param name="Most">How many there may be.</param>
/// <param name="Of">The type of the pod whose instances know of the work; all of them must say the same.</param>
/// <param name="After">How long <paramref name="When"/> must have held, since the last change as well.</param>
public sealed record GrowthRule(int Least, int Most, string Of, FactCondition When, TimeSpan After, FactCondition ShrinksWhen, TimeSpan ShrinksAfter);

using System.Globalization;
using System.Numerics;

namespace DataPlatform.Core.Resources;

/// <summary>
/// An exact scalar amount in thousandths of its unit (0.001 cpus, 0.001 MB), the precision of the wire.
/// Never negative; at most <see cref="Maximum"/>.
/// </summary>
public readonly record struct ResourceAmount : IComparable<ResourceAmount>,
    IAdditionOperators<ResourceAmount, ResourceAmount, ResourceAmount>,
    ISubtractionOperators<ResourceAmount, ResourceAmount, ResourceAmount>,
    IComparisonOperators<ResourceAmount, ResourceAmount, bool>
{
    private const long MaximumThousandths = 1_000_000_000_000_000;

    public static readonly ResourceAmount Zero;

    /// <summary>10^12 units: far above any host, and far below what a long holds, so that sums over a pool cannot overflow.</summary>
    public static readonly ResourceAmount Maximum = new(MaximumThousandths);

    private ResourceAmount(long thousandths) => Thousandths = thousandths;

    public long Thousandths { get; }

    public bool IsZero => Thousandths == 0;

    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static ResourceAmount FromThousandths(long thousandths)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(thousandths);
        return new ResourceAmount(thousandths);
    }

    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static ResourceAmount FromUnits(long units) => FromThousandths(checked(units * 1000));

    /// <summary>Rounds to three decimals, halves away from zero. False for a number that is no amount: negative, infinite, too large.</summary>
    public static bool TryFromDouble(double value, out ResourceAmount amount)
    {
        amount = Zero;
        if (!double.IsFinite(value) || value < 0 || value * 1000 > MaximumThousandths)
            return false;
        amount = new ResourceAmount((long)Math.Round(value * 1000, MidpointRounding.AwayFromZero));
        return true;
    }

    /// <exception cref="ArgumentOutOfRangeException">Negative, infinite or above <see cref="Maximum"/>.</exception>
    public static ResourceAmount FromDouble(double value) => TryFromDouble(value, out var amount)
        ? amount
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"an amount is a number from 0 to {Maximum}");

    /// <summary>The nearest double: reading it back gives the same amount.</summary>
    public double ToDouble() => Thousandths / 1000.0;

    public static ResourceAmount Min(ResourceAmount left, ResourceAmount right) => left < right ? left : right;

    public static ResourceAmount Max(ResourceAmount left, ResourceAmount right) => left > right ? left : right;

    /// <summary>left - right, or zero where that would be negative.</summary>
    public static ResourceAmount SubtractToZero(ResourceAmount left, ResourceAmount right) =>
        left > right ? left - right : Zero;

    public static ResourceAmount operator +(ResourceAmount left, ResourceAmount right) =>
        new(checked(left.Thousandths + right.Thousandths));

    /// <exception cref="InvalidOperationException">The result would be negative.</exception>
    public static ResourceAmount operator -(ResourceAmount left, ResourceAmount right) => left >= right
        ? new ResourceAmount(left.Thousandths - right.Thousandths)
        : throw new InvalidOperationException($"{right} cannot be taken from {left}");

    public static bool operator <(ResourceAmount left, ResourceAmount right) => left.Thousandths < right.Thousandths;

    public static bool operator >(ResourceAmount left, ResourceAmount right) => left.Thousandths > right.Thousandths;

    public static bool operator <=(ResourceAmount left, ResourceAmount right) => left.Thousandths <= right.Thousandths;

    public static bool operator >=(ResourceAmount left, ResourceAmount right) => left.Thousandths >= right.Thousandths;

    public int CompareTo(ResourceAmount other) => Thousandths.CompareTo(other.Thousandths);

    /// <summary>Shortest decimal form: 4, 0.5, 1.125.</summary>
    public override string ToString() => (Thousandths / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
}

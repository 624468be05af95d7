using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace DataPlatform.Core.Resources;

/// <summary>
/// Mesos's text form of resources: <c>cpus:4;mem:4096;disk(kafka):10240;ports:[31000-31999]</c>. A role in parentheses is
/// a static reservation. Amounts of the same name and role are added up.
/// </summary>
public static class ResourceText
{
    private const int MaximumNameLength = 255;

    private static readonly SearchValues<char> AllowedInNames =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/");

    /// <exception cref="FormatException">The message names the part that is wrong and what is allowed.</exception>
    public static ResourceBag Parse(string text) =>
        TryParse(text, out var bag, out var reason) ? bag : throw new FormatException(reason);

    public static bool TryParse(string text, [NotNullWhen(true)] out ResourceBag? bag, [NotNullWhen(false)] out string? reason)
    {
        bag = null;
        var sum = ResourceBag.Empty;
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries))
        {
            // A trailing ';' is common in configuration files.
            if (part.Length == 0)
                continue;
            if (!TryParsePart(part, out var entry, out reason))
                return false;
            var single = ResourceBag.Of(entry);
            if (sum.ConflictsWith(single) || sum.Any(other => other.Kind.Name == entry.Kind.Name && other.Value.Form != entry.Value.Form))
            {
                reason = $"resource '{entry.Kind}' is given twice in ways that cannot be added up ({sum} and {entry})";
                return false;
            }

            sum = sum.Add(single);
        }

        bag = sum;
        reason = null;
        return true;
    }

    /// <summary>Null for a good resource name, else what is wrong with it.</summary>
    public static string? WhyInvalidName(string name)
    {
        if (name.Length == 0)
            return "a resource name is empty";
        if (name.Length > MaximumNameLength)
            return $"a resource name has {name.Length} characters; at most {MaximumNameLength} are allowed";
        return name.AsSpan().IndexOfAnyExcept(AllowedInNames) >= 0
            ? $"resource name '{Printable.Of(name)}' is not allowed: letters, digits, '_', '.', '-' and '/' are"
            : null;
    }

    private static bool TryParsePart(string part, out ResourceEntry entry, [NotNullWhen(false)] out string? reason)
    {
        entry = default;
        var colon = part.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            reason = $"resource '{Printable.Of(part)}' has no ':' between name and value, as in cpus:4";
            return false;
        }

        var name = part[..colon].Trim();
        ImmutableArray<Reservation> reservations = [];
        if (name.IndexOf('(', StringComparison.Ordinal) is >= 0 and var open)
        {
            if (name[^1] != ')')
            {
                reason = $"resource '{Printable.Of(name)}' has a role without ')', as in cpus(analytics):4";
                return false;
            }

            var role = name[(open + 1)..^1].Trim();
            name = name[..open].Trim();
            if (RoleName.WhyInvalid(role) is { } wrongRole)
            {
                reason = $"resource '{Printable.Of(name)}': {wrongRole}";
                return false;
            }

            if (role != RoleName.Default)
                reservations = [new Reservation(ReservationType.Static, role)];
        }

        if (WhyInvalidName(name) is { } wrongName)
        {
            reason = wrongName;
            return false;
        }

        if (!ValueText.TryParse(part[(colon + 1)..].Trim(), out var value, out var wrongValue))
        {
            reason = $"resource '{name}' {wrongValue}";
            return false;
        }

        entry = new ResourceEntry(new ResourceKind(name, reservations: reservations), value);
        reason = null;
        return true;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Resources;

/// <summary>Mesos's text form of an agent's attributes: <c>rack:r1;zone:z;level:3;spare:[1-5]</c>.</summary>
public static class AttributeText
{
    /// <exception cref="FormatException">The message names the part that is wrong and what is allowed.</exception>
    public static IReadOnlyList<AgentAttribute> Parse(string text) =>
        TryParse(text, out var attributes, out var reason) ? attributes : throw new FormatException(reason);

    public static bool TryParse(
        string text, [NotNullWhen(true)] out IReadOnlyList<AgentAttribute>? attributes, [NotNullWhen(false)] out string? reason)
    {
        attributes = null;
        var parsed = new List<AgentAttribute>();
        foreach (var part in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || colon == part.Length - 1)
            {
                reason = $"attribute '{Printable.Of(part)}' is not of the form name:value";
                return false;
            }

            var name = part[..colon].Trim();
            if (ResourceText.WhyInvalidName(name) is not null)
            {
                reason = $"attribute name '{Printable.Of(name)}' is not allowed: letters, digits, '_', '.', '-' and '/' are";
                return false;
            }

            if (!TryParseValue(name, part[(colon + 1)..].Trim(), out var attribute, out reason))
                return false;
            parsed.Add(attribute);
        }

        attributes = parsed;
        reason = null;
        return true;
    }

    /// <summary>An attribute's value as people read it: r1, 3, [1-5].</summary>
    public static string Show(AgentAttribute attribute) => attribute.Type switch
    {
        Value.Types.Type.Scalar => attribute.Scalar.Value.ToString(CultureInfo.InvariantCulture),
        Value.Types.Type.Ranges => $"[{string.Join(',', attribute.Ranges.Range.Select(range => $"{range.Begin}-{range.End}"))}]",
        Value.Types.Type.Set => $"{{{string.Join(',', attribute.Set.Item)}}}",
        _ => attribute.Text?.Value ?? "",
    };

    private static bool TryParseValue(
        string name, string text, [NotNullWhen(true)] out AgentAttribute? attribute, [NotNullWhen(false)] out string? reason)
    {
        attribute = new AgentAttribute { Name = name };
        if (!ValueText.TryParse(text, out var value, out reason))
        {
            // Whatever is neither a number nor a list is text.
            if (text[0] is '[' or '{' || text.Any(char.IsControl))
            {
                reason = $"attribute '{name}' {reason}";
                return false;
            }

            attribute.Type = Value.Types.Type.Text;
            attribute.Text = new Value.Types.Text { Value = text };
            reason = null;
            return true;
        }

        ResourceMessages.Write(value, out var type, out var scalar, out var ranges, out var set);
        attribute.Type = type;
        attribute.Scalar = scalar;
        attribute.Ranges = ranges;
        attribute.Set = set;
        return true;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>A number that may be computed from options: sums, differences and products, such as <c>{{ memory }} * 2 + 64</c>. A boolean counts as 1 or 0.</summary>
public sealed partial class Amount
{
    public const string Allowed = "a number, or {{ option }} of a number with limits or a boolean (1 or 0), with + - * between them";
    private const int MostParts = 20;

    private readonly IReadOnlyList<Term> terms;

    private Amount(IReadOnlyList<Term> terms) => this.terms = terms;

    /// <summary>Reads the text; null when it is none, or names what is no number with limits.</summary>
    /// <param name="why">What is wrong with it.</param>
    public static Amount? Parse(string text, IReadOnlyDictionary<string, OptionDeclaration> options, out string? why)
    {
        why = null;
        var parts = Parts().Match(text);
        if (!parts.Success || parts.Groups["factor"].Captures.Count > MostParts)
        {
            why = $"'{Problems.Short(text)}' is no amount";
            return null;
        }

        var operators = parts.Groups["operator"].Captures.Select(capture => capture.Value[0]).Prepend('+').ToList();
        var terms = new List<Term>();
        foreach (var (factor, index) in parts.Groups["factor"].Captures.Select((capture, index) => (capture.Value, index)))
        {
            Factor read;
            if (factor.StartsWith('{'))
            {
                var name = factor.Trim('{', '}', ' ');
                if (!options.TryGetValue(name, out var option) || option is not ({ Type: OptionType.Boolean } or { Type: OptionType.Integer or OptionType.Number, Minimum: not null, Maximum: not null }))
                {
                    why = option is null ? $"there is no option {name}" : $"the option {name} is neither a number with a minimum and a maximum nor a boolean";
                    return null;
                }

                read = new Factor(0, option);
            }
            else
            {
                read = new Factor(decimal.Parse(factor, CultureInfo.InvariantCulture), null);
            }

            if (operators[index] == '*')
                terms[^1].Factors.Add(read);
            else
                terms.Add(new Term(operators[index] == '-' ? -1 : 1, [read]));
        }

        return new Amount(terms);
    }

    public decimal Of(JsonObject options) => terms.Sum(term => term.Factors.Aggregate((decimal)term.Sign, (product, factor) => product * factor.Of(options)));

    /// <summary>Between which numbers it is, whatever the options are.</summary>
    /// <exception cref="OverflowException">Beyond any number.</exception>
    public (decimal Least, decimal Most) Range()
    {
        var (least, most) = (0m, 0m);
        foreach (var term in terms)
        {
            var (low, high) = ((decimal)term.Sign, (decimal)term.Sign);
            foreach (var factor in term.Factors)
            {
                decimal[] products = [low * factor.Least, low * factor.Most, high * factor.Least, high * factor.Most];
                (low, high) = (products.Min(), products.Max());
            }

            (least, most) = (least + low, most + high);
        }

        return (least, most);
    }

    private sealed record Term(int Sign, List<Factor> Factors);

    private sealed record Factor(decimal Number, OptionDeclaration? Option)
    {
        public decimal Least => IsBoolean ? 0 : Option?.Minimum ?? Number;

        public decimal Most => IsBoolean ? 1 : Option?.Maximum ?? Number;

        private bool IsBoolean => Option is { Type: OptionType.Boolean };

        public decimal Of(JsonObject options) => Option is null ? Number
            : IsBoolean ? (options[Option.Name] ?? Option.Default).ToString() == "true" ? 1 : 0
            : options[Option.Name]?.GetValueKind() is System.Text.Json.JsonValueKind.Number
                ? decimal.Parse(options[Option.Name]!.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)
                : decimal.Parse(Option.Default.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\A\s*(?<factor>[0-9]{1,12}(\.[0-9]{1,6})?|\{\{\s*[a-z][a-z0-9_]*\s*\}\})(\s*(?<operator>[-+*])\s*(?<factor>[0-9]{1,12}(\.[0-9]{1,6})?|\{\{\s*[a-z][a-z0-9_]*\s*\}\}))*\s*\z")]
    private static partial Regex Parts();
}

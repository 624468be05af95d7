using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>
/// A question in PromQL about one cluster: each selector begins with <c>$cluster</c>, which becomes a matcher of its name, so that it sees
/// no other's measurements. <c>$window</c> is over how long a rate is taken.
/// </summary>
public sealed partial record ChartQuery
{
    private const string Cluster = "$cluster";
    private const string Window = "$window";
    private const int Longest = 1000;
    private static readonly HashSet<string> LabelLists = new(StringComparer.OrdinalIgnoreCase) { "by", "without", "on", "ignoring", "group_left", "group_right" };
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase) { "and", "or", "unless", "bool", "offset", "inf", "nan" };
    private readonly IReadOnlyList<string> tokens;

    private ChartQuery(string text, IReadOnlyList<string> tokens) => (Text, this.tokens) = (text, tokens);

    public string Text { get; }

    /// <returns>Null with what is wrong with it.</returns>
    public static (ChartQuery? Query, string? WhyNot) Read(string text)
    {
        if (text.Length > Longest)
            return (null, $"has {text.Length} characters; {Longest} are the most");
        var tokens = Token().Matches(text).Select(match => match.Value).ToList();
        return WhyNot([.. tokens.Where(token => !string.IsNullOrWhiteSpace(token))]) is { } why ? (null, why) : (new ChartQuery(text, tokens), null);
    }

    /// <param name="cluster">A name of a cluster, which holds nothing that a text in quotes can't.</param>
    public string For(string cluster, TimeSpan window)
    {
        if (!Clusters.ClusterName.IsValid(cluster))
            throw new ArgumentException($"{cluster} is no name of a cluster", nameof(cluster));
        return tokens.Aggregate(new StringBuilder(), (text, token) => text.Append(token switch
        {
            Cluster => $"cluster=\"{cluster}\"",
            Window => string.Create(CultureInfo.InvariantCulture, $"{(int)window.TotalSeconds}s"),
            _ => token,
        })).ToString();
    }

    private static string? WhyNot(IReadOnlyList<string> tokens)
    {
        var open = new Stack<string>();
        var selectors = 0;
        for (var at = 0; at < tokens.Count; at++)
        {
            var (token, before, next) = (tokens[at], at > 0 ? tokens[at - 1] : "", at + 1 < tokens.Count ? tokens[at + 1] : "");
            switch (token)
            {
                case "{" when next != Cluster || tokens.ElementAtOrDefault(at + 2) is not ("," or "}"):
                    return $"must begin each selector with {Cluster}: {{{Cluster}}} or {{{Cluster}, ...}}";
                case "{" or "[" or "(":
                    selectors += token == "{" ? 1 : 0;
                    // What stands in a list of labels is no measurement.
                    open.Push(token == "(" && LabelLists.Contains(before) ? "labels" : token);
                    break;
                case "}" or "]" or ")":
                    if (!open.TryPop(out var opened) || opened != (token switch { "}" => "{", "]" => "[", _ => opened is "labels" ? "labels" : "(" }))
                        return $"has a {token} too many";
                    break;
                case Cluster when before != "{":
                    return $"has {Cluster} where no selector begins";
                case Window when before != "[":
                    return $"has {Window} elsewhere than in [{Window}]";
                case "\"" or "'" or "`":
                    return "has a text whose quote does not end";
                case "#":
                    return "has a comment";
                case ['$', ..] when token is not (Cluster or Window):
                    return $"names {token}; {Cluster} and {Window} are known";
            }

            if (IsName(token) && (open.Count == 0 || open.Peek() == "(") && next is not ("(" or "{") && !Words.Contains(token) && !LabelLists.Contains(token) && !LabelLists.Contains(next))
                return $"asks for {token} of all clusters; {token}{{{Cluster}}} is of this one";
        }

        return open.Count > 0 ? $"does not close its {(open.Peek() == "labels" ? "(" : open.Peek())}" : selectors == 0 ? $"names no cluster: each selector begins with {Cluster}" : null;
    }

    private static bool IsName(string token) => char.IsAsciiLetter(token[0]) || token[0] is '_' or ':';

    [GeneratedRegex("""\s+|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`|[A-Za-z_:][A-Za-z0-9_:]*|\$\w*|[0-9][0-9A-Za-z.]*|.""", RegexOptions.Singleline)]
    private static partial Regex Token();
}

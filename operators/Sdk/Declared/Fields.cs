using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>
/// The fields of one mapping. A field that is not as it must be adds a problem and reads as something harmless, so that one reading
/// finds all problems.
/// </summary>
internal sealed class Fields
{
    private readonly SortedDictionary<string, YamlNode> values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlNode> keys = new(StringComparer.Ordinal);
    private readonly List<string> asked = [];
    private readonly string path;

    /// <param name="path">Of the mapping in the document, for messages; empty for the document itself.</param>
    public Fields(YamlMappingNode mapping, string path, Problems problems)
    {
        this.path = path;
        Node = mapping;
        Problems = problems;
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { Length: > 0 } name })
            {
                problems.Add(key, $"a name of a field is expected in {Shown(path)}");
                continue;
            }

            values[name] = value;
            keys[name] = key;
            Order.Add(name);
        }
    }

    public YamlMappingNode Node { get; }

    public Problems Problems { get; }

    /// <summary>Names as the file has them.</summary>
    public List<string> Order { get; } = [];

    public bool Has(string name)
    {
        Ask(name);
        return values.ContainsKey(name);
    }

    public YamlNode At(string name) => values.GetValueOrDefault(name, Node);

    public YamlNode KeyOf(string name) => keys.GetValueOrDefault(name, Node);

    /// <summary>Of another schema nothing else is known.</summary>
    public bool AreOfSchema(string known)
    {
        var schema = Text("schema", allowed: known);
        if (schema != known && schema.Length > 0)
            Problems.Add(At("schema"), $"the schema {Problems.Short(schema)} is not known", known);
        return schema == known;
    }

    public string Text(string name, Regex? form = null, string? allowed = null)
    {
        if (Optional(name, form, allowed) is { } text)
            return text;
        if (!values.ContainsKey(name))
            Problems.Add(Node, $"{Of(name)} is missing", allowed);
        return "";
    }

    /// <summary>Null when the field is not there, or is no text; the latter is a problem.</summary>
    public string? Optional(string name, Regex? form = null, string? allowed = null)
    {
        Ask(name);
        if (!values.TryGetValue(name, out var node))
            return null;
        if (node is not YamlScalarNode { Value: { Length: > 0 } text })
        {
            Problems.Add(node, $"{Of(name)} must be a text", allowed);
            return null;
        }

        if (form is null || form.IsMatch(text))
            return text;
        Problems.Add(node, $"{Of(name)} can't be '{Problems.Short(text)}'", allowed);
        return null;
    }

    public int Whole(string name, int minimum, int maximum, int standard)
    {
        if (Optional(name) is not { } text)
            return standard;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum)
            return number;
        Problems.Add(At(name), $"{Of(name)} can't be '{Problems.Short(text)}'", $"a whole number from {minimum} to {maximum}");
        return standard;
    }

    public decimal? Number(string name)
    {
        if (Optional(name) is not { } text)
            return null;
        if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return number;
        Problems.Add(At(name), $"{Of(name)} can't be '{Problems.Short(text)}'", "a number");
        return null;
    }

    public bool Flag(string name) => Choice(name, "false", "true", "false") == "true";

    public string Choice(string name, string standard, params string[] choices)
    {
        if (Optional(name) is not { } text)
            return standard;
        if (choices.Contains(text))
            return text;
        Problems.Add(At(name), $"{Of(name)} can't be '{Problems.Short(text)}'", string.Join(", ", choices));
        return standard;
    }

    public Fields? Map(string name)
    {
        Ask(name);
        return values.TryGetValue(name, out var node) ? AsMap(node, Of(name)) : null;
    }

    public Fields? RequiredMap(string name, string allowed)
    {
        if (!Has(name))
            Problems.Add(Node, $"{Of(name)} is missing", allowed);
        return Map(name);
    }

    /// <summary>Mappings by name, such as pods; names are held to a form.</summary>
    public IEnumerable<(string Name, Fields Fields)> Named(string name, Regex form, string allowed)
    {
        if (Map(name) is not { } map)
            yield break;
        foreach (var key in map.Order)
        {
            if (!form.IsMatch(key))
                Problems.Add(map.KeyOf(key), $"'{Problems.Short(key)}' is no name for {Of(name)}", allowed);
            else if (map.AsMap(map.At(key), map.Of(key)) is { } fields)
                yield return (key, fields);
        }
    }

    public IEnumerable<Fields> Maps(string name)
    {
        foreach (var (node, index) in Items(name).Select((node, index) => (node, index)))
        {
            if (AsMap(node, $"{Of(name)}[{index}]") is { } fields)
                yield return fields;
        }
    }

    public IReadOnlyList<(string Text, YamlNode At)> Texts(string name)
    {
        var texts = new List<(string, YamlNode)>();
        foreach (var node in Items(name))
        {
            if (node is YamlScalarNode { Value: { } text })
                texts.Add((text, node));
            else
                Problems.Add(node, $"{Of(name)} must be a list of texts");
        }

        return texts;
    }

    /// <summary>Texts by name, such as variables.</summary>
    public IReadOnlyList<(string Key, string Text, YamlNode At)> Entries(string name, Regex form, string allowed)
    {
        var entries = new List<(string, string, YamlNode)>();
        if (Map(name) is not { } map)
            return entries;
        foreach (var key in map.Order)
        {
            if (!form.IsMatch(key))
                Problems.Add(map.KeyOf(key), $"'{Problems.Short(key)}' is no name for {Of(name)}", allowed);
            else if (map.At(key) is YamlScalarNode { Value: { } text } node)
                entries.Add((key, text, node));
            else
                Problems.Add(map.At(key), $"{map.Of(key)} must be a text");
        }

        return entries;
    }

    /// <summary>The field itself, whatever it is; null when it is not there.</summary>
    public YamlNode? Raw(string name) => Has(name) ? values[name] : null;

    /// <summary>Refuses what nobody asked for. To be called last.</summary>
    public void Done()
    {
        foreach (var name in Order.Where(name => !asked.Contains(name)))
            Problems.Add(keys[name], $"{Of(Problems.Short(name))} is not known", string.Join(", ", asked));
    }

    public string Of(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private Fields? AsMap(YamlNode node, string of)
    {
        if (node is YamlMappingNode mapping)
            return new Fields(mapping, of, Problems);
        Problems.Add(node, $"{of} must be a mapping of names to values");
        return null;
    }

    private IEnumerable<YamlNode> Items(string name)
    {
        Ask(name);
        if (!values.TryGetValue(name, out var node))
            return [];
        if (node is YamlSequenceNode sequence)
            return sequence.Children;
        Problems.Add(node, $"{Of(name)} must be a list");
        return [];
    }

    private void Ask(string name)
    {
        if (!asked.Contains(name))
            asked.Add(name);
    }

    private static string Shown(string path) => path.Length == 0 ? "the document" : path;
}

using System.Globalization;
using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Clusters;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads options and the sizes that are sets of their values, and what operations are given, which is told the same way.</summary>
/// <param name="lake">Folders of the lake that are the package's.</param>
internal sealed class OptionsReader(Problems problems, IReadOnlyCollection<string> lake)
{
    private const string DefaultField = "default";
    private const string SharesField = "shares_of";
    private const string OptionsField = "options";
    private const string InputsField = "inputs";
    private const int LargestWhole = 1_000_000;
    private static readonly string[] SizeNames = ["S", "M", "L"];

    public IReadOnlyList<OptionDeclaration> Options(Fields package) => Of(package, OptionsField, areInputs: false);

    /// <summary>What people say when they ask for the operation. One without a default must be said.</summary>
    public IReadOnlyList<OptionDeclaration> Inputs(Fields operation) => Of(operation, InputsField, areInputs: true);

    /// <summary>Their names by operation, known before any template is read.</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> InputNames(IReadOnlyDictionary<string, Fields> operations) => operations.Where(operation => operation.Value.Has(InputsField))
        .ToDictionary(operation => operation.Key, operation => (IReadOnlySet<string>)(operation.Value.Map(InputsField)?.Order ?? []).ToHashSet(StringComparer.Ordinal));

    private List<OptionDeclaration> Of(Fields owner, string field, bool areInputs)
    {
        var options = new List<OptionDeclaration>();
        foreach (var (name, fields) in owner.Named(field, Names.Value(), Names.ValueAllowed))
        {
            // Templates know another cluster by its option's name, but only as connected.NAME.
            if (Names.Reserved.Contains(name) && fields.Optional("type") != "cluster")
                problems.Add(owner.Map(field)!.KeyOf(name), $"{name} is a name of the platform's", "any name but " + string.Join(", ", Names.Reserved.Order(StringComparer.Ordinal)));
            else
                options.Add(Option(name, fields, areInputs));
            fields.Done();
        }

        foreach (var option in options)
            Relations(option, owner.Map(field)!.Map(option.Name)!, options);
        return options;
    }

    /// <summary>What one option asks of another.</summary>
    private void Relations(OptionDeclaration option, Fields fields, List<OptionDeclaration> options)
    {
        if (option.Needs is { } needed && options.Find(each => each.Name == needed && each != option) is not { Type: OptionType.Boolean or OptionType.String or OptionType.Cluster })
            problems.Add(fields.At("needs"), $"{fields.Of("needs")} names {Problems.Short(needed)}, which is no other option that can be false or empty");
        if (option.AtMost is { } limit && options.Find(each => each.Name == limit && each != option) is not { Type: OptionType.Integer or OptionType.Number })
            problems.Add(fields.At("at_most"), $"{fields.Of("at_most")} names {Problems.Short(limit)}, which is no other option that is a number");
        else if (option is { AtMost: not null, Type: not (OptionType.Integer or OptionType.Number) })
            problems.Add(fields.At("at_most"), $"{fields.Of("at_most")} is for numbers only");
        if (option.SameAs is { } other && options.Find(each => each.Name == other && each != option) is not { Type: OptionType.String })
            problems.Add(fields.At("same_as"), $"{fields.Of("same_as")} names {Problems.Short(other)}, which is no other text");
        else if (option is { SameAs: not null, Type: not OptionType.String })
            problems.Add(fields.At("same_as"), $"{fields.Of("same_as")} is for texts only");
    }

    public IReadOnlyDictionary<string, JsonObject> Sizes(Fields package, IReadOnlyDictionary<string, OptionDeclaration> options)
    {
        var sizes = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        if (package.Map("sizes") is not { } map)
            return sizes;
        foreach (var size in SizeNames)
        {
            if (map.Map(size) is not { } fields)
                continue;
            sizes[size] = [];
            foreach (var name in fields.Order)
            {
                if (!options.TryGetValue(name, out var option))
                    problems.Add(fields.KeyOf(name), $"the size {size} sets {Problems.Short(name)}, which is no option", string.Join(", ", options.Keys));
                else if (Value(fields.At(name), option, fields.Of(name)) is { } value)
                    sizes[size][name] = value;
            }
        }

        map.Done();
        return sizes;
    }

    private OptionDeclaration Option(string name, Fields fields, bool isInput)
    {
        var before = problems.Count;
        // What runs once connects to nothing that it could follow.
        string[] types = isInput ? ["integer", "number", "boolean", "string"] : ["integer", "number", "boolean", "string", "cluster"];
        var type = Enum.Parse<OptionType>(fields.Choice("type", "", types) is { Length: > 0 } text ? text : MissingType(fields, types), ignoreCase: true);
        var isNumber = type is OptionType.Integer or OptionType.Number;
        var option = new OptionDeclaration(
            name, type, fields.Text("title"), fields.Optional("description") ?? "", Limit(fields, "minimum", isNumber), Limit(fields, "maximum", isNumber), Pattern(fields, type), [],
            JsonValue.Create(0), isInput ? OptionChange.Dynamic : Enum.Parse<OptionChange>(fields.Choice("change", "restart", "dynamic", "restart", "fixed"), ignoreCase: true), fields.Flag("advanced"));
        if (option is { Minimum: { } least, Maximum: { } most } && least > most)
            problems.Add(fields.At("maximum"), $"{fields.Of("maximum")} is below the minimum");
        option = option with { Choices = Choices(fields, option), FileIn = FileIn(fields, type), SharesOf = SharesOf(fields, type), Needs = fields.Optional("needs"), AtMost = fields.Optional("at_most"), SameAs = fields.Optional("same_as") };
        // What may stand in a text decides whether it could become a second setting, so the package must say it.
        if (type == OptionType.String && option.Pattern is null && option.Choices.Count == 0)
            problems.Add(fields.Node, $"the {(isInput ? "input" : "option")} {name} is a text and says neither by enum nor by pattern nor by shares_of what it may be");
        if (type == OptionType.Cluster && !fields.Has(DefaultField))
            return option with { Default = JsonValue.Create("") };
        if (isInput && !fields.Has(DefaultField))
            return option with { IsRequired = true };
        if (fields.Raw(DefaultField) is not { } standard)
            problems.Add(fields.Node, $"{fields.Of(DefaultField)} is missing", "a value that the option may have");
        else if (problems.Count == before && Value(standard, option, fields.Of(DefaultField)) is { } value)
            return option with { Default = value };
        // Known all the same: a problem is not to be followed by one wherever the option is named.
        return option;
    }

    private string MissingType(Fields fields, string[] types)
    {
        if (!fields.Has("type"))
            problems.Add(fields.Node, $"{fields.Of("type")} is missing", string.Join(", ", types));
        return nameof(OptionType.String);
    }

    private decimal? Limit(Fields fields, string name, bool isNumber)
    {
        if (fields.Number(name) is not { } limit)
            return null;
        if (isNumber)
            return limit;
        problems.Add(fields.At(name), $"{fields.Of(name)} is for numbers only");
        return null;
    }

    private string? FileIn(Fields fields, OptionType type)
    {
        if (fields.Optional("file_in") is not { } folder)
            return null;
        if (type != OptionType.String)
            problems.Add(fields.At("file_in"), $"{fields.Of("file_in")} is for texts only");
        else if (!lake.Contains(folder))
            problems.Add(fields.At("file_in"), $"{fields.Of("file_in")} names {Problems.Short(folder)}, which is no folder of lake", string.Join(", ", lake));
        return folder;
    }

    private int? SharesOf(Fields fields, OptionType type)
    {
        if (!fields.Has(SharesField))
            return null;
        if (type != OptionType.String)
            problems.Add(fields.At(SharesField), $"{fields.Of(SharesField)} is for texts only");
        else if (fields.Has("pattern") || fields.Has("enum"))
            problems.Add(fields.At(SharesField), $"{fields.Of(SharesField)} says what the text may be; pattern or enum can't say it as well");
        return fields.Whole(SharesField, 1, LargestWhole, 100);
    }

    private string? Pattern(Fields fields, OptionType type)
    {
        if (type == OptionType.Cluster && !fields.Has("pattern"))
            return $"^({ClusterName.Pattern})?$";
        if (type == OptionType.String && fields.Has(SharesField) && !fields.Has("pattern"))
            return Shares.Pattern;
        if (fields.Optional("pattern") is not { } pattern)
            return null;
        if (type != OptionType.String)
            problems.Add(fields.At("pattern"), $"{fields.Of("pattern")} is for texts only");
        else if (!pattern.StartsWith('^') || !pattern.EndsWith('$'))
            problems.Add(fields.At("pattern"), $"{fields.Of("pattern")} must match the whole text", "a pattern from ^ to $");
        else if (Expressions.Compile(pattern, out var why) is null)
            problems.Add(fields.At("pattern"), $"{fields.Of("pattern")} is no regular expression: {why}");
        return pattern;
    }

    private List<JsonValue> Choices(Fields fields, OptionDeclaration option)
    {
        var choices = new List<JsonValue>();
        if (fields.Raw("enum") is not { } node)
            return choices;
        if (node is not YamlSequenceNode { Children.Count: > 0 } sequence)
        {
            problems.Add(node, $"{fields.Of("enum")} must be a list of values");
            return choices;
        }

        foreach (var item in sequence.Children)
        {
            if (Value(item, option, fields.Of("enum")) is { } value)
                choices.Add(value);
        }

        return choices;
    }

    /// <summary>A value as the option's type has it, held to its limits.</summary>
    private JsonValue? Value(YamlNode node, OptionDeclaration option, string of)
    {
        if (node is YamlScalarNode { Value: { } text } && Typed(text, option.Type) is { } value && !text.Any(char.IsControl) && Fits(value, text, option))
            return value;
        problems.Add(node, $"{of} can't be '{Problems.Short((node as YamlScalarNode)?.Value ?? "a list or mapping")}'", Allowed(option));
        return null;
    }

    private static JsonValue? Typed(string text, OptionType type) => type switch
    {
        OptionType.Integer => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole) : null,
        OptionType.Number => decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : null,
        OptionType.Boolean => text switch { "true" => JsonValue.Create(true), "false" => JsonValue.Create(false), _ => null },
        _ => JsonValue.Create(text),
    };

    private static bool Fits(JsonValue value, string text, OptionDeclaration option) =>
        (option.Type is not (OptionType.Integer or OptionType.Number) || decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) is var number && number >= (option.Minimum ?? number) && number <= (option.Maximum ?? number))
        && (option.Pattern is null || Expressions.Compile(option.Pattern, out _)?.IsMatch(text) != false)
        && (option.SharesOf is not { } whole || Shares.WhyNot(text, whole) is null)
        && (option.Choices.Count == 0 || option.Choices.Any(choice => JsonNode.DeepEquals(choice, value)));

    private static string Allowed(OptionDeclaration option) =>
        option.Choices.Count > 0 ? string.Join(", ", option.Choices.Select(choice => choice.ToString()))
        : option.Type switch
        {
            OptionType.Integer or OptionType.Number => $"{(option.Type == OptionType.Integer ? "a whole number" : "a number")}{(option.Minimum is { } least ? $", at least {least}" : "")}{(option.Maximum is { } most ? $", at most {most}" : "")}",
            OptionType.Boolean => "true, false",
            _ when option.SharesOf is { } whole => Shares.Allowed(whole),
            _ => option.Pattern is null ? "a text" : $"a text of the form {option.Pattern}",
        };
}

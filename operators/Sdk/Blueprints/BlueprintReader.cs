using System.Globalization;
using System.Text.RegularExpressions;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Blueprints;

/// <summary>Reads a blueprint's text. All that is wrong with it by itself is found at once; whether there is what it names is seen later.</summary>
public static partial class BlueprintReader
{
    private const string LifetimeAllowed = "a whole number and a unit, such as 90m, 8h or 2d";
    private const string Schema = "1";
    private const int MostClusters = 50;

    /// <param name="file">As it is called in problems.</param>
    public static BlueprintReading Read(string text, string file)
    {
        var found = new List<PackageProblem>();
        var blueprint = YamlText.Read(text, file, found) is { } document ? Document(document, new Problems(file, found)) : null;
        return blueprint is not null && found.Count == 0
            ? new BlueprintReading.Read(blueprint)
            : new BlueprintReading.Refused([.. found.Distinct().OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)]);
    }

    private static BlueprintDeclaration? Document(YamlMappingNode document, Problems problems)
    {
        var blueprint = new Fields(document, "", problems);
        if (!blueprint.AreOfSchema(Schema))
            return null;

        var name = blueprint.Text("name", ClusterName.Form(), ClusterName.Allowed);
        var title = blueprint.Optional("title") ?? name;
        var lifetime = Lifetime(blueprint);
        var datasets = blueprint.Texts("datasets").Select(dataset => Mark(dataset.Text, dataset.At)).ToList();
        var clusters = Clusters(blueprint, lifetime, problems);
        blueprint.Done();
        return new BlueprintDeclaration(name, title, datasets, clusters);
    }

    private static List<ClusterDeclaration> Clusters(Fields blueprint, Marked<TimeSpan>? lifetime, Problems problems)
    {
        var clusters = new List<ClusterDeclaration>();
        if (blueprint.RequiredMap("clusters", "clusters by name") is not { } map)
            return clusters;
        if (map.Order.Count is 0 or > MostClusters)
            problems.Add(map.Node, $"{map.Order.Count} clusters are none that could be brought up", $"1 to {MostClusters}");
        foreach (var (name, fields) in blueprint.Named("clusters", ClusterName.Form(), ClusterName.Allowed))
        {
            clusters.Add(new ClusterDeclaration(
                Mark(name, map.KeyOf(name)), Mark(fields.Text("package", Names.Package(), Names.PackageAllowed), fields.At("package")), Optional(fields, "version"), Optional(fields, "size"), Lifetime(fields) ?? lifetime,
                Options(fields, problems), Needs(fields, problems)));
            fields.Done();
        }

        return clusters;
    }

    private static List<OptionSetting> Options(Fields cluster, Problems problems)
    {
        var options = new List<OptionSetting>();
        if (cluster.Map("options") is not { } map)
            return options;
        foreach (var name in map.Order)
        {
            if (map.At(name) is YamlScalarNode { Value: { } text } value && !IsNull(value))
                options.Add(new OptionSetting(Mark(name, map.KeyOf(name)), Mark(text, value)));
            else
                problems.Add(map.At(name), $"{map.Of(Problems.Short(name))} must be one value", "a text, a number, true or false");
        }

        return options;
    }

    private static List<Marked<ClusterNeed>> Needs(Fields cluster, Problems problems)
    {
        const string allowed = "a cluster's name, or { package: NAME } for the only one of a package";
        var needs = new List<Marked<ClusterNeed>>();
        if (cluster.Raw("needs") is not { } raw)
            return needs;
        if (raw is not YamlSequenceNode sequence)
        {
            problems.Add(raw, $"{cluster.Of("needs")} must be a list", allowed);
            return needs;
        }

        foreach (var node in sequence.Children)
        {
            switch (node)
            {
                case YamlScalarNode { Value: { } name } when ClusterName.IsValid(name):
                    needs.Add(Mark<ClusterNeed>(new ClusterNeed.ByName(name), node));
                    break;
                case YamlMappingNode mapping:
                    var fields = new Fields(mapping, $"{cluster.Of("needs")}[{needs.Count}]", problems);
                    needs.Add(Mark<ClusterNeed>(new ClusterNeed.ByPackage(fields.Text("package", Names.Package(), Names.PackageAllowed)), fields.At("package")));
                    fields.Done();
                    break;
                default:
                    problems.Add(node, $"'{Problems.Short((node as YamlScalarNode)?.Value ?? "a list")}' can't be needed", allowed);
                    break;
            }
        }

        return needs;
    }

    private static Marked<TimeSpan>? Lifetime(Fields fields)
    {
        if (fields.Optional("lifetime", Duration(), LifetimeAllowed) is not { } text)
            return null;
        var count = int.Parse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture);
        return Mark(text[^1] switch { 's' => TimeSpan.FromSeconds(count), 'm' => TimeSpan.FromMinutes(count), 'h' => TimeSpan.FromHours(count), _ => TimeSpan.FromDays(count) }, fields.At("lifetime"));
    }

    private static Marked<string>? Optional(Fields fields, string name) => fields.Optional(name) is { } text ? Mark(text, fields.At(name)) : null;

    private static bool IsNull(YamlScalarNode node) => node.Style == ScalarStyle.Plain && node.Value is "" or "~" or "null" or "Null" or "NULL";

    private static Marked<T> Mark<T>(T value, YamlNode at) => new(value, (int)at.Start.Line, (int)at.Start.Column);

    [GeneratedRegex(@"\A[1-9][0-9]{0,6}[smhd]\z")]
    private static partial Regex Duration();
}

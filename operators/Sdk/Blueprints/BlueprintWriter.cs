using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Blueprints;

/// <summary>Writes a blueprint that <see cref="BlueprintReader"/> reads.</summary>
public static class BlueprintWriter
{
    /// <param name="clusters">In the order in which the file is to name them.</param>
    public static string Write(string name, string title, IReadOnlyList<WrittenCluster> clusters)
    {
        var document = new YamlMappingNode { { "schema", "1" }, { "name", name } };
        if (title != name)
            document.Add("title", Quoted(title));
        document.Add("clusters", new YamlMappingNode(clusters.Select(cluster => KeyValuePair.Create<YamlNode, YamlNode>(cluster.Name, Cluster(cluster)))));
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        new YamlStream(new YamlDocument(document)).Save(text, assignAnchors: false);
        // What marks the end of a document is for streams of them.
        return text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n...\n", "\n", StringComparison.Ordinal);
    }

    private static YamlMappingNode Cluster(WrittenCluster cluster)
    {
        var node = new YamlMappingNode { { "package", cluster.Package } };
        if (cluster.Lifetime is { } lifetime)
            node.Add("lifetime", Text(lifetime));
        if (cluster.Needs.Count > 0)
            node.Add("needs", new YamlSequenceNode(cluster.Needs.Select(need => new YamlScalarNode(need))) { Style = YamlDotNet.Core.Events.SequenceStyle.Flow });
        if (cluster.Options.Count > 0)
            node.Add("options", new YamlMappingNode(cluster.Options.Select(option => KeyValuePair.Create<YamlNode, YamlNode>(option.Key, Value(option.Value)))));
        return node;
    }

    private static YamlScalarNode Value(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.String ? Quoted(value.GetValue<string>()) : new YamlScalarNode(value?.ToJsonString() ?? "");

    private static YamlScalarNode Quoted(string text) => new(text) { Style = ScalarStyle.DoubleQuoted };

    private static string Text(TimeSpan lifetime) => (long)lifetime.TotalSeconds switch
    {
        var seconds when seconds % 86_400 == 0 => $"{seconds / 86_400}d",
        var seconds when seconds % 3600 == 0 => $"{seconds / 3600}h",
        var seconds when seconds % 60 == 0 => $"{seconds / 60}m",
        var seconds => $"{seconds}s",
    };
}

/// <param name="Options">Those that are not the package's defaults.</param>
public sealed record WrittenCluster(string Name, string Package, TimeSpan? Lifetime, IReadOnlyList<string> Needs, JsonObject Options);

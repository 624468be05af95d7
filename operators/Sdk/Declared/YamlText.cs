using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads YAML that may come from strangers: no anchors, no tags, no depth that would cost more than it says.</summary>
internal static class YamlText
{
    private const int Deepest = 16;

    /// <summary>The document's mapping; null, with the problem added, when there is none.</summary>
    public static YamlMappingNode? Read(string text, string file, List<PackageProblem> problems)
    {
        try
        {
            if (Refused(text) is { } refused)
            {
                problems.Add(new(file, (int)refused.At.Line, (int)refused.At.Column, refused.Message));
                return null;
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents is [{ RootNode: YamlMappingNode root }])
                return root;
            problems.Add(new(file, 1, 1, "the file must hold one document that is a mapping", "schema: 1, name: ..., and so on"));
        }
        catch (YamlException malformed)
        {
            problems.Add(new(file, (int)malformed.Start.Line, (int)malformed.Start.Column, malformed.Message));
        }

        return null;
    }

    private static (Mark At, string Message)? Refused(string text)
    {
        var parser = new Parser(new StringReader(text));
        var depth = 0;
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            depth += current.NestingIncrease;
            if (depth > Deepest + 2) // The stream and the document are levels too.
                return (current.Start, $"is nested deeper than {Deepest} levels");
            if (current is AnchorAlias || current is NodeEvent { Anchor.IsEmpty: false })
                return (current.Start, "anchors and aliases are not read");
            if (current is NodeEvent { Tag.IsEmpty: false })
                return (current.Start, "tags are not read");
        }

        return null;
    }
}

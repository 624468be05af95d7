using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads templates, of the declaration itself and of files beside it, and says where in them something is wrong.</summary>
internal sealed partial class TemplatesReader(PackageFolder folder, Problems problems)
{
    public Template Inline(YamlNode at, string text, TemplateScope scope)
    {
        if (Template.Parse(text, scope, out var wrong) is { } template)
            return template;
        foreach (var problem in wrong)
            problems.Add(at, problem.Message, problem.Allowed);
        return Template.Empty;
    }

    public Template OfFile(YamlNode at, string relative, TemplateScope scope)
    {
        if (Verbatim(at, relative) is not { } text)
            return Template.Empty;
        if (Template.Parse(text, scope, out var wrong) is { } template)
            return template;
        foreach (var problem in wrong)
        {
            var (line, column) = Place(text, problem);
            problems.Add(new PackageProblem(relative, line, column, problem.Message, problem.Allowed));
        }

        return Template.Empty;
    }

    /// <summary>What a file in a sandbox holds.</summary>
    public Template Content(Fields fields, TemplateScope scope)
    {
        string[] ways = ["template", "copy", "text"];
        if (ways.Count(fields.Has) != 1)
        {
            problems.Add(fields.Node, "a file has one content", "template: a file of the package with placeholders, copy: a file of the package as it is, text: the content itself");
            return Template.Empty;
        }

        if (fields.Has("text"))
            return Inline(fields.At("text"), fields.Text("text"), scope);
        var way = fields.Has("template") ? "template" : "copy";
        var source = fields.Text(way, Names.Path(), Names.PathAllowed);
        return source.Length == 0 ? Template.Empty
            : way == "template" ? OfFile(fields.At(way), source, scope)
            : Template.Verbatim(Verbatim(fields.At(way), source) ?? "");
    }

    /// <summary>The file as it is; null, with the problem added, when it can't be had.</summary>
    public string? Verbatim(YamlNode at, string relative)
    {
        if (folder.Text(relative, out var why) is { } text)
            return text;
        problems.Add(at, why!);
        return null;
    }

    private static (int Line, int Column) Place(string text, TemplateProblem problem)
    {
        if (problem.Name.Length == 0)
        {
            var said = ParserPlace().Match(problem.Message);
            return said.Success ? (Number(said.Groups["line"].Value), Number(said.Groups["column"].Value)) : (1, 1);
        }

        var found = Occurrence(text, problem.Name.Replace("[...]", "[", StringComparison.Ordinal));
        if (found < 0)
            return (1, 1);
        var before = text.AsSpan(0, found);
        return (before.Count('\n') + 1, found - before.LastIndexOf('\n'));
    }

    /// <summary>The first that is a whole name within a placeholder.</summary>
    private static int Occurrence(string text, string name)
    {
        for (var at = text.IndexOf(name, StringComparison.Ordinal); at >= 0; at = text.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            var isWhole = at > 0 && !(char.IsLetterOrDigit(text[at - 1]) || text[at - 1] is '_' or '.');
            var opened = Math.Max(text.LastIndexOf("{{", at, StringComparison.Ordinal), text.LastIndexOf("{%", at, StringComparison.Ordinal));
            if (isWhole && opened >= 0 && text.IndexOf('}', opened) > at)
                return at;
        }

        return -1;
    }

    private static int Number(string digits) => int.Parse(digits, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\((?<line>[0-9]{1,6}):(?<column>[0-9]{1,6})\)")]
    private static partial Regex ParserPlace();
}

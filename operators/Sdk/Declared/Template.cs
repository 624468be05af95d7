using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>A text of a package with placeholders, or one without any that stays as it is.</summary>
public sealed class Template
{
    private readonly FileTemplate? parsed;
    private readonly string text;

    private Template(string text, FileTemplate? parsed, TemplateNames? names)
    {
        this.text = text;
        this.parsed = parsed;
        Peers = names?.Peers ?? new HashSet<string>();
        Connections = names?.Connections ?? new HashSet<string>();
        IsSecret = names?.IsSecret ?? false;
    }

    public static Template Empty { get; } = Verbatim("");

    /// <summary>Pods whose places it names.</summary>
    public IReadOnlySet<string> Peers { get; }

    /// <summary>Options by whose clusters it is filled in.</summary>
    public IReadOnlySet<string> Connections { get; }

    /// <summary>It names a secret, so nobody is to see what it becomes who does not need it.</summary>
    public bool IsSecret { get; }

    /// <summary>As it was read.</summary>
    public string Text => text;

    /// <summary>Whether it is the same whatever the values.</summary>
    public bool IsFixed => parsed is null;

    public static Template Verbatim(string text) => new(text, null, null);

    /// <summary>Reads the text and holds what it names against what is known where it is used.</summary>
    /// <returns>Null with what is wrong.</returns>
    internal static Template? Parse(string text, TemplateScope scope, out IReadOnlyList<TemplateProblem> problems)
    {
        if (!text.Contains("{{", StringComparison.Ordinal) && !text.Contains("{%", StringComparison.Ordinal))
        {
            problems = [];
            return Verbatim(text);
        }

        try
        {
            var parsed = FileTemplate.Parse(text, "template");
            var names = new TemplateNames(scope);
            names.VisitTemplate(parsed.Tree);
            problems = [.. names.Problems.Distinct()];
            return problems.Count == 0 ? new Template(text, parsed, names) : null;
        }
        catch (InvalidDataException malformed)
        {
            problems = [new("", malformed.Message)];
            return null;
        }
    }

    /// <exception cref="ArgumentException">A value holds a control character; the message names it.</exception>
    public string Render(string path, IReadOnlyDictionary<string, object> values) => parsed is null ? text : parsed.Render(path, values).Content;
}

using System.Collections;
using Fluid;

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>
/// A file of a package's folder with Liquid placeholders. Every placeholder must have a value, and no value may hold a line break or
/// another control character: a value must never become a second setting.
/// </summary>
public sealed class FileTemplate
{
    /// <summary>More than any file needs; a template that counts to a billion ends here.</summary>
    private const int MostSteps = 100_000;

    private static readonly FluidParser Parser = new();
    private static readonly TemplateOptions Options = new() { StrictVariables = true, StrictFilters = true, MaxSteps = MostSteps };

    private FileTemplate(IFluidTemplate tree) => Tree = tree;

    /// <summary>The parsed template, for whoever looks at what it names.</summary>
    internal IFluidTemplate Tree { get; }

    /// <param name="source">For refusals.</param>
    /// <exception cref="InvalidDataException">The text is no template; the message says where.</exception>
    public static FileTemplate Parse(string text, string source) =>
        Parser.TryParse(text, out var parsed, out var error) ? new FileTemplate(parsed) : throw new InvalidDataException($"{source}: {error}");

    /// <param name="values">Texts, numbers, truth values, and lists and dictionaries of them.</param>
    /// <exception cref="ArgumentException">A value holds a control character; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The template names a value that is not given, or can't be filled in with these.</exception>
    public GeneratedFile Render(string path, IReadOnlyDictionary<string, object> values)
    {
        var context = new TemplateContext(Options);
        foreach (var (name, value) in values)
        {
            if (HoldsControl(value))
                throw new ArgumentException($"the value of {name} for {path} holds a control character", nameof(values));
            context.SetValue(name, value);
        }

        try
        {
            return new GeneratedFile(path, Tree.Render(context));
        }
        catch (Exception defect) when (defect is not OutOfMemoryException)
        {
            // Filters throw whatever comes of the values that a package gives them.
            throw new InvalidOperationException($"{path}: {defect.Message}", defect);
        }
    }

    private static bool HoldsControl(object value) => value switch
    {
        string text => text.Any(char.IsControl),
        IDictionary members => members.Values.Cast<object>().Any(HoldsControl),
        IEnumerable items => items.Cast<object>().Any(HoldsControl),
        _ => false,
    };
}

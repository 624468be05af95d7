using System.Collections.Concurrent;
using Fluid;

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>
/// A file of a package's folder with Liquid placeholders. Every placeholder must have a value, and no value may hold a line break or
/// another control character: a value must never become a second setting.
/// </summary>
public sealed class FileTemplate
{
    private static readonly FluidParser Parser = new();
    private static readonly TemplateOptions Options = new() { StrictVariables = true, StrictFilters = true };
    private static readonly ConcurrentDictionary<string, FileTemplate> Known = new(StringComparer.Ordinal);

    private readonly IFluidTemplate template;

    private FileTemplate(IFluidTemplate template) => this.template = template;

    /// <summary>Reads the template once for the life of the process; packages do not change under it.</summary>
    /// <exception cref="InvalidDataException">The file is no template; the message says where.</exception>
    public static FileTemplate Read(string file) => Known.GetOrAdd(file, static path => Parse(File.ReadAllText(path), path));

    /// <param name="source">For refusals.</param>
    /// <exception cref="InvalidDataException">The text is no template; the message says where.</exception>
    public static FileTemplate Parse(string text, string source) =>
        Parser.TryParse(text, out var parsed, out var error) ? new FileTemplate(parsed) : throw new InvalidDataException($"{source}: {error}");

    /// <exception cref="ArgumentException">A value holds a control character; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The template names a value that is not given.</exception>
    public GeneratedFile Render(string path, IReadOnlyDictionary<string, string> values)
    {
        var context = new TemplateContext(Options);
        foreach (var (name, value) in values)
        {
            if (value.Any(char.IsControl))
                throw new ArgumentException($"the value of {name} for {path} holds a control character", nameof(values));
            context.SetValue(name, value);
        }

        try
        {
            return new GeneratedFile(path, template.Render(context));
        }
        catch (FluidException defect)
        {
            throw new InvalidOperationException($"{path}: {defect.Message}", defect);
        }
    }
}

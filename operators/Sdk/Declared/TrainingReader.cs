using DataPlatform.Operators.Sdk.Packages;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads how a Java program is run once for an archive of its classes: it belongs to no cluster then, so it knows free ports and nothing else.</summary>
internal sealed class TrainingReader(Problems problems, TemplatesReader templates)
{
    public ClassArchiveDeclaration.Trained Trained(Fields fields)
    {
        var ports = Ports(fields);
        var files = Files(fields, ports);
        var script = fields.Optional("script");
        if (script is not null && files.GetValueOrDefault(script) is not { IsTemplate: false })
            problems.Add(fields.At("script"), $"{fields.Of("script")} is to be one of the files beside it, whose text is fixed", string.Join(", ", files.Where(file => !file.Value.IsTemplate).Select(file => file.Key)));
        return new ClassArchiveDeclaration.Trained(
            [.. fields.Texts("arguments").Select(argument => templates.Inline(argument.At, argument.Text, Scope(ports)).Text)],
            fields.Entries("environment", Names.Variable(), Names.VariableAllowed).ToDictionary(each => each.Key, each => WithoutValues(each.Text, each.At)), fields.Text("ready"), ports, files, script);
    }

    public string WithoutValues(string text, YamlNode at)
    {
        if (text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal))
            problems.Add(at, $"'{Problems.Short(text)}' is for all clusters the same", "a text without placeholders");
        return text;
    }

    private List<string> Ports(Fields fields)
    {
        var ports = new List<string>();
        foreach (var (text, at) in fields.Texts("ports"))
        {
            if (Names.Value().IsMatch(text) && !ports.Contains(text))
                ports.Add(text);
            else
                problems.Add(at, $"'{Problems.Short(text)}' is no new name of a port", Names.ValueAllowed);
        }

        return ports;
    }

    private Dictionary<string, TrainedFile> Files(Fields fields, IReadOnlyList<string> ports)
    {
        var files = new Dictionary<string, TrainedFile>(StringComparer.Ordinal);
        foreach (var file in fields.Maps("files"))
        {
            var path = file.Text("path", Names.Path(), Names.PathAllowed);
            var content = templates.Content(file, Scope(ports));
            if (!files.TryAdd(path, new TrainedFile(content.Text, !content.IsFixed)))
                problems.Add(file.At("path"), $"the file {path} is there twice");
            file.Done();
        }

        return files;
    }

    private static TemplateScope Scope(IReadOnlyList<string> ports) => new(
        new HashSet<string>(), new Dictionary<string, IReadOnlySet<string>> { ["ports"] = ports.ToHashSet(StringComparer.Ordinal) }, new Dictionary<string, IReadOnlySet<string>>(),
        new Dictionary<string, string>());
}

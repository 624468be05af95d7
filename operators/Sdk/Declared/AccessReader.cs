using System.Text.RegularExpressions;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads how people and other clusters come in, and what is measured.</summary>
internal sealed partial class AccessReader(Problems problems, TemplatesReader templates, PodPorts ports)
{
    /// <summary>Names of endpoints that are pages: known before any template is read.</summary>
    public static IReadOnlySet<string> Pages(IReadOnlyList<Fields> endpoints) =>
        endpoints.Where(fields => fields.Flag("page")).Select(fields => fields.Optional("name")).OfType<string>().ToHashSet(StringComparer.Ordinal);

    public IReadOnlyList<EndpointDeclaration> Endpoints(IReadOnlyList<Fields> endpoints, Scopes scopes)
    {
        var read = new List<EndpointDeclaration>();
        foreach (var fields in endpoints)
        {
            var isPage = fields.Flag("page");
            var name = fields.Text("name", Names.Part(), Names.PartAllowed);
            if (read.Exists(other => other.Name == name))
                problems.Add(fields.At("name"), $"the endpoint {name} is there twice");
            var pod = ports.Pod(fields);
            var port = ports.Port(fields, pod);
            var scheme = isPage ? fields.Choice("scheme", "http", "http", "https") : fields.Optional("scheme", Names.Scheme(), "small letters, digits, + and -") ?? "tcp";
            var path = fields.Optional("path", TasksReader.WebPathForm(), TasksReader.WebPathAllowed);
            read.Add(new EndpointDeclaration(
                name, fields.Text("title"), pod, port, scheme, path is null ? Template.Verbatim(isPage ? "/" : "") : templates.Inline(fields.At("path"), path, scopes.Address()), isPage,
                fields.Optional("landing", Landing(), "a path without a leading /") ?? ""));
            fields.Done();
        }

        return read;
    }

    public IReadOnlyDictionary<string, Template> Exports(Fields package, Scopes scopes) =>
        package.Entries("exports", Names.Variable(), Names.VariableAllowed).ToDictionary(each => each.Key, each => templates.Inline(each.At, each.Text, scopes.Client()));

    public IReadOnlyList<SnippetDeclaration> Snippets(Fields package, Scopes scopes)
    {
        var snippets = new List<SnippetDeclaration>();
        foreach (var fields in package.Maps("snippets"))
        {
            snippets.Add(new SnippetDeclaration(fields.Text("title"), fields.Text("language", Names.Part(), "such as python, shell, sql"), templates.Inline(fields.At("text"), fields.Text("text"), scopes.Client())));
            fields.Done();
        }

        return snippets;
    }

    public MetricsDeclaration? Metrics(Fields package, Scopes scopes)
    {
        if (package.Map("metrics") is not { } fields)
            return null;
        var pod = ports.Pod(fields);
        var port = ports.Port(fields, pod);
        var path = fields.Optional("path", TasksReader.WebPathForm(), TasksReader.WebPathAllowed) ?? "/metrics";
        if (path.Contains('?', StringComparison.Ordinal))
            problems.Add(fields.At("path"), $"{fields.Of("path")} asks something; who measures asks for a path alone", TasksReader.WebPathAllowed);
        var metrics = new MetricsDeclaration(pod, port, templates.Inline(fields.At("path"), path, scopes.Address()));
        fields.Done();
        return metrics;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._~-][A-Za-z0-9._~/#?=&-]{0,199}\z")]
    private static partial Regex Landing();
}

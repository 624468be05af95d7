using System.Text.RegularExpressions;
using DataPlatform.Core.Client.ControlPlane;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads how people and other clusters come in, and what is measured.</summary>
internal sealed partial class AccessReader(Problems problems, TemplatesReader templates, PodPorts ports)
{
    /// <summary>Names of endpoints that are pages: known before any template is read.</summary>
    public static IReadOnlySet<string> Pages(IReadOnlyList<Fields> endpoints) =>
        endpoints.Where(fields => fields.Flag("page")).Select(fields => fields.Optional("name")).OfType<string>().ToHashSet(StringComparer.Ordinal);

    public IReadOnlyList<EndpointDeclaration> Endpoints(IReadOnlyList<Fields> endpoints, Scopes scopes, bool measuresPlatform)
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
                Landing(fields, scopes))
            {
                Headers = Headers(fields, isPage, scopes), Answers = Answers(fields, scheme, measuresPlatform),
            });
            fields.Done();
        }

        return read;
    }

    /// <summary>Whoever measures all clusters is asked for what is drawn of each, and whoever serves files for those among which datasets are.</summary>
    private string? Answers(Fields fields, string scheme, bool measuresPlatform)
    {
        if (!fields.Has("answers"))
            return null;
        var answers = fields.Choice("answers", EndpointView.PromQl, EndpointView.PromQl, EndpointView.Files);
        if (answers == EndpointView.PromQl && !measuresPlatform)
            problems.Add(fields.KeyOf("answers"), $"{fields.Of("answers")}: only who measures the platform is asked", "platform: metrics");
        if (scheme is not ("http" or "https"))
            problems.Add(fields.KeyOf("answers"), $"{fields.Of("answers")}: it is asked over HTTP", "scheme: http, https");
        return answers;
    }

    private Template Landing(Fields fields, Scopes scopes)
    {
        if (fields.Optional("landing") is not { } text)
            return Template.Empty;
        var landing = templates.Inline(fields.At("landing"), text, scopes.Address());
        if (landing.IsFixed && !IsLanding(text))
            problems.Add(fields.At("landing"), $"{fields.Of("landing")} can't be '{Problems.Short(text)}'", "a path without a leading /");
        return landing;
    }

    /// <summary>Whether a page may begin there.</summary>
    public static bool IsLanding(string path) => LandingForm().IsMatch(path);

    private Dictionary<string, Template> Headers(Fields fields, bool isPage, Scopes scopes)
    {
        var headers = fields.Entries("headers", Names.Header(), Names.HeaderAllowed).ToDictionary(each => each.Key, each => templates.Inline(each.At, each.Text, scopes.Header()));
        if (headers.Count > 0 && !isPage)
            problems.Add(fields.At("headers"), $"{fields.Of("headers")}: the console says them to a page", "page: true");
        return headers;
    }

    /// <summary>Variables, those that hold the path of a file, and those that hold the path of a folder of such files.</summary>
    public (IReadOnlyDictionary<string, Template> Variables, IReadOnlyDictionary<string, FileDeclaration> Files, IReadOnlyDictionary<string, string> Folders) Exports(Fields package, Scopes scopes)
    {
        var (variables, files) = (new Dictionary<string, Template>(StringComparer.Ordinal), new Dictionary<string, FileDeclaration>(StringComparer.Ordinal));
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        if (package.Map("exports") is not { } exports)
            return (variables, files, folders);
        foreach (var name in exports.Order)
        {
            if (!Names.Variable().IsMatch(name))
                problems.Add(exports.KeyOf(name), $"'{Problems.Short(name)}' is no name for exports", Names.VariableAllowed);
            else if (exports.At(name) is YamlScalarNode { Value: { } text } node)
                variables[name] = templates.Inline(node, text, scopes.Client());
            else if (exports.Map(name) is { } file)
            {
                if (file.Has("folder"))
                {
                    folders[name] = file.Text("folder", Names.Path(), Names.PathAllowed);
                    file.Done();
                    continue;
                }

                files[name] = new FileDeclaration(file.Text("path", Names.Path(), Names.PathAllowed), templates.Content(file, scopes.Client()));
                file.Done();
            }
        }

        foreach (var (name, folder) in folders.Where(each => !files.Values.Any(file => file.Path.StartsWith(each.Value + "/", StringComparison.Ordinal))))
            problems.Add(exports.At(name), $"{exports.Of(name)}: no exported file lies in {folder}", "the folder of one of the exports that are files");
        return (variables, files, folders);
    }

    public IReadOnlyList<SnippetDeclaration> Snippets(Fields package, Scopes scopes)
    {
        var snippets = new List<SnippetDeclaration>();
        foreach (var fields in package.Maps("snippets"))
        {
            snippets.Add(new SnippetDeclaration(
                templates.Inline(fields.At("title"), fields.Text("title"), scopes.Snippet()), fields.Text("language", Names.Part(), "such as python, shell, sql"),
                templates.Inline(fields.At("text"), fields.Text("text"), scopes.Snippet()), fields.Has("pod") ? ports.Pod(fields) : null));
            fields.Done();
        }

        return snippets;
    }

    /// <summary>Of one pod, or a list where several have them.</summary>
    public IReadOnlyList<MetricsDeclaration> Metrics(Fields package, Scopes scopes) =>
        package.At("metrics") is YamlMappingNode ? package.Map("metrics") is { } only ? [MetricsOf(only, scopes)] : [] : [.. package.Maps("metrics").Select(each => MetricsOf(each, scopes))];

    private MetricsDeclaration MetricsOf(Fields fields, Scopes scopes)
    {
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
    private static partial Regex LandingForm();
}

using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads tasks: what runs, with which files, and when it serves.</summary>
internal sealed partial class TasksReader(Problems problems, TemplatesReader templates, PodsReader pods, TaskNamesReader names, Scopes scopes, JavaReader java, bool versionsHaveProgram)
{
    public const string WebPathAllowed = "a path that begins with / or a placeholder";
    private const int MostCpus = 1024;
    private const int MostMebibytes = 64 * 1024 * 1024;
    private const int LongestSeconds = 24 * 60 * 60;
    private static readonly HashSet<string> Shells = new(StringComparer.Ordinal) { "sh", "bash", "dash", "ash", "ksh", "zsh", "busybox" };

    public TaskDeclaration Task(string pod, string name, Fields fields, IEnumerable<string> waitsFor)
    {
        var peers = waitsFor.ToList();
        var scope = scopes.Task(pod, peers);
        var resources = fields.RequiredMap("resources", "cpus, memory and disk");
        var files = Files(fields, scope);
        var task = new TaskDeclaration(
            name,
            resources is null ? Zero : pods.AmountOf(resources, "cpus", null, 0.001m, MostCpus),
            resources is null ? Zero : pods.AmountOf(resources, "memory", null, 1, MostMebibytes),
            resources is null ? Zero : pods.AmountOf(resources, "disk", "0", 0, MostMebibytes),
            names.Ports(fields), Command(fields, scope, scopes.Argument(pod, peers), files), files, Ready(fields, scope),
            TimeSpan.FromSeconds(fields.Whole("ready_within_seconds", 1, LongestSeconds, 180)), TimeSpan.FromSeconds(fields.Whole("kill_grace_seconds", 0, LongestSeconds, 5)), fields.Flag("runs_once"))
        {
            Volumes = Volumes(fields, files), Presence = pods.Presence(fields),
        };
        resources?.Done();
        fields.Done();
        return task;
    }

    private static Amount Zero { get; } = Amount.Parse("0", new Dictionary<string, OptionDeclaration>(), out _)!;

    private CommandDeclaration Command(Fields task, TemplateScope scope, TemplateScope argumentScope, List<FileDeclaration> files)
    {
        if (task.RequiredMap("command", "program, arguments, java, environment, sandbox_paths") is not { } fields)
            return new CommandDeclaration(null, [], new Dictionary<string, Template>(), new Dictionary<string, string>());
        var program = fields.Optional("program", Names.Program(), Names.ProgramAllowed);
        var line = java.Java(fields, argumentScope);
        if (line is not null && program is null && fields.Has("arguments"))
            problems.Add(fields.At("arguments"), $"{fields.Of("arguments")}: of a Java program they stand in java", "java: { arguments: [...] }");
        if (line is null && program is null && !fields.Has("program") && !versionsHaveProgram)
            problems.Add(fields.Node, $"{fields.Of("program")} is missing, and not every version has a program", Names.ProgramAllowed);
        var arguments = Arguments(fields, program, argumentScope, files);
        var environment = Environment(fields, scope);
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (variable, path, at) in fields.Entries("sandbox_paths", Names.Variable(), Names.VariableAllowed))
        {
            if (Names.Path().IsMatch(path))
                paths[variable] = path;
            else
                problems.Add(at, $"{Problems.Short(path)} leads out of the sandbox", Names.PathAllowed);
        }

        fields.Done();
        return new CommandDeclaration(program, arguments, environment, paths) { Java = line };
    }

    /// <summary>What a program reads as its text is the package's own.</summary>
    /// <param name="files">That it finds in its sandbox.</param>
    public IReadOnlyList<Template> Arguments(Fields command, string? program, TemplateScope scope, IReadOnlyList<FileDeclaration> files)
    {
        var arguments = command.Texts("arguments").Select(argument => (argument.Text, argument.At, Template: templates.Inline(argument.At, argument.Text, scope))).ToList();
        if (program is not null && Shells.Contains(Path.GetFileName(program)))
            HoldShell(command, [.. arguments.Select(argument => argument.Text)], files);
        else if (program is not null && Interpreter().IsMatch(Path.GetFileName(program)))
            HoldInterpreter(arguments);
        return [.. arguments.Select(argument => argument.Template)];
    }

    public IReadOnlyDictionary<string, Template> Environment(Fields command, TemplateScope scope) =>
        command.Entries("environment", Names.Variable(), Names.VariableAllowed).ToDictionary(each => each.Key, each => templates.Inline(each.At, each.Text, scope));

    /// <summary>A shell reads nothing but a file of the package's own whose text no value changes.</summary>
    private void HoldShell(Fields command, List<string> arguments, IReadOnlyList<FileDeclaration> files)
    {
        if (arguments is [var script, ..] && files.Any(file => file.Path == script && file.Content.IsFixed))
            return;
        problems.Add(command.At("arguments"), "a shell must run a file of the package whose text is fixed: values come to it as further arguments or by the environment",
            "the path of one of files, with copy");
    }

    private void HoldInterpreter(List<(string Text, YamlNode At, Template Template)> arguments)
    {
        foreach (var (flag, code) in arguments.Zip(arguments.Skip(1)))
        {
            if (flag.Text is "-c" or "-e" or "-E" or "--eval" && !code.Template.IsFixed)
                problems.Add(code.At, "the text of a program can't hold values: give them as further arguments or by the environment");
        }
    }

    private List<FileDeclaration> Files(Fields task, TemplateScope scope)
    {
        var files = new List<FileDeclaration>();
        foreach (var fields in task.Maps("files"))
        {
            var path = fields.Text("path", Names.Path(), Names.PathAllowed);
            if (files.Exists(file => file.Path == path))
                problems.Add(fields.At("path"), $"the file {path} is there twice");
            files.Add(new FileDeclaration(path, templates.Content(fields, scope)));
            fields.Done();
        }

        return files;
    }

    private List<VolumeDeclaration> Volumes(Fields task, List<FileDeclaration> files)
    {
        var volumes = new List<VolumeDeclaration>();
        foreach (var fields in task.Maps("volumes"))
        {
            var volume = new VolumeDeclaration(fields.Text("name", Names.Part(), Names.PartAllowed), pods.AmountOf(fields, "size", null, 1, MostMebibytes), fields.Text("path", Names.Path(), Names.PathAllowed));
            if (volumes.Exists(other => other.Name == volume.Name))
                problems.Add(fields.At("name"), $"the volume {volume.Name} is there twice");
            if (volumes.FirstOrDefault(other => IsWithin(volume.Path, other.Path) || IsWithin(other.Path, volume.Path)) is { } other)
                problems.Add(fields.At("path"), $"the volumes {other.Name} and {volume.Name} lie in each other", "folders beside each other");
            if (files.Find(file => IsWithin(file.Path, volume.Path)) is { } file)
                problems.Add(fields.At("path"), $"the file {file.Path} would lie in the volume {volume.Name}, which holds what the task itself writes", "a folder without files of the package");
            volumes.Add(volume);
            fields.Done();
        }

        return volumes;
    }

    private static bool IsWithin(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    private CheckDeclaration? Ready(Fields task, TemplateScope scope)
    {
        if (task.Map("ready") is not { } fields)
            return null;
        CheckDeclaration? check = null;
        if (fields.Has("tcp"))
        {
            check = new CheckDeclaration.Tcp(Port(fields, "tcp", task));
        }
        else if (fields.Map("http") is { } http)
        {
            var body = http.Optional("body");
            if (body is not null && Expressions.Compile(body, out var why) is null)
                problems.Add(http.At("body"), $"{http.Of("body")} is no regular expression that takes time in proportion to the text: {why}");
            check = new CheckDeclaration.Http(Port(http, "port", task), WebPath(http, "path", scope), body);
            http.Done();
        }
        else if (fields.Map("command") is { } command)
        {
            // No secret among them: arguments are seen by everybody on the host.
            var shown = Scopes.Shown(scope);
            check = new CheckDeclaration.Command(
                command.Text("program", Names.Program(), Names.ProgramAllowed), [.. command.Texts("arguments").Select(argument => templates.Inline(argument.At, argument.Text, shown))]);
            command.Done();
        }
        else
        {
            problems.Add(fields.Node, $"{fields.Of("tcp")} is missing", "tcp: PORT, or http: { port: PORT, path: /PATH, body: EXPRESSION }, or command: { program: /PROGRAM, arguments: [...] }");
        }

        fields.Done();
        return check;
    }

    private string Port(Fields fields, string name, Fields task)
    {
        var port = fields.Text(name);
        if (port.Length > 0 && !names.Ports(task).Contains(port))
            problems.Add(fields.At(name), $"{fields.Of(name)} names {Problems.Short(port)}, which is no port of the task", string.Join(", ", names.Ports(task)));
        return port;
    }

    /// <summary>Without secrets: paths are seen by many.</summary>
    public Template WebPath(Fields fields, string name, TemplateScope scope)
    {
        var text = fields.Text(name, WebPathForm(), WebPathAllowed);
        return text.Length == 0 ? Template.Empty : templates.Inline(fields.At(name), text, Scopes.Shown(scope));
    }

    [GeneratedRegex(@"\A(/|\{\{).*\z")]
    public static partial Regex WebPathForm();

    [GeneratedRegex(@"\A(python|perl|ruby|node|php|lua)[0-9.]*\z")]
    private static partial Regex Interpreter();
}

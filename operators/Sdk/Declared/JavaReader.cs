using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads Java programs.</summary>
internal sealed partial class JavaReader(Problems problems, TemplatesReader templates, PodsReader pods, bool versionsHaveJars)
{
    private const string Field = "java";
    private const int MostHeap = 16 * 1024 * 1024;
    private readonly TrainingReader trainings = new(problems, templates);
    private readonly List<(string Program, YamlNode At, string Field)> shared = [];

    /// <summary>What all of the package's programs have; they are the same everywhere, so that archives of classes fit.</summary>
    public IReadOnlyList<string> Options(Fields package)
    {
        if (package.Map(Field) is not { } fields)
            return [];
        var options = fields.Texts("options").Select(option => Fixed(option, fields)).ToList();
        fields.Done();
        return options;
    }

    /// <param name="scope">Of arguments.</param>
    public JavaDeclaration? Java(Fields command, TemplateScope scope)
    {
        if (command.Map(Field) is not { } fields)
            return null;
        if (!versionsHaveJars)
            problems.Add(command.KeyOf(Field), $"{command.Of(Field)}: not every version has jars", "maven in each of versions");
        var options = fields.Texts("options").Select(option => templates.Inline(option.At, Option(option, fields), scope)).ToList();
        var classPath = new List<string>();
        foreach (var (path, at) in fields.Texts("class_path"))
        {
            if (Names.Path().IsMatch(path))
                classPath.Add(path);
            else
                problems.Add(at, $"{Problems.Short(path)} leads out of the sandbox", Names.PathAllowed);
        }

        var java = new JavaDeclaration(
            fields.Text("main", Main(), "the main class, such as org.example.Server"), pods.AmountOf(fields, "heap", null, 2, MostHeap), options,
            [.. fields.Texts("arguments").Select(argument => templates.Inline(argument.At, argument.Text, scope))], classPath, Archive(fields));
        fields.Done();
        return java;
    }

    private ClassArchiveDeclaration? Archive(Fields java)
    {
        if (java.Map("class_archive") is not { } fields)
            return null;
        ClassArchiveDeclaration archive;
        if (fields.Has("of"))
        {
            var program = fields.Text("of");
            shared.Add((program, fields.At("of"), fields.Of("of")));
            archive = new ClassArchiveDeclaration.Of(program);
        }
        else
        {
            archive = trainings.Trained(fields);
        }

        fields.Done();
        return archive;
    }

    /// <summary>Whose archive is to be used must have one.</summary>
    public void HoldShared(IReadOnlyList<PodDeclaration> pods)
    {
        var trained = pods.SelectMany(pod => pod.Tasks.Where(task => task.Command.Java?.Archive is ClassArchiveDeclaration.Trained).Select(task => JavaProgram.NameOf(pod, task))).ToList();
        foreach (var (name, at, field) in shared.Where(each => !trained.Contains(each.Program)))
            problems.Add(at, $"{field} names {Problems.Short(name)}, which has no archive of its own", trained is [] ? "a pod, or POD-TASK, that says how its own is made" : string.Join(", ", trained));
    }

    private string Fixed((string Text, YamlNode At) option, Fields fields) => trainings.WithoutValues(Option(option, fields), option.At);

    private string Option((string Text, YamlNode At) option, Fields fields)
    {
        if (!option.Text.StartsWith('-') || option.Text.Split('=')[0] is "-cp" or "-classpath" or "--class-path" or "-jar")
            problems.Add(option.At, $"{Problems.Short(option.Text)} is no option of {fields.Of("options")}", "an option of the virtual machine, such as -XX:+UseSerialGC; the class path is made by the platform");
        return option.Text;
    }

    [GeneratedRegex(@"\A[A-Za-z_$][A-Za-z0-9_$]*(\.[A-Za-z_$][A-Za-z0-9_$]*){0,30}\z")]
    private static partial Regex Main();
}

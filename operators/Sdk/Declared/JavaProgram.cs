using System.Globalization;
using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>The lines by which declared Java programs are run, as tasks and once for an archive of their classes.</summary>
internal static class JavaProgram
{
    public const string Path = "/usr/bin/java";

    /// <param name="archive">Of its classes, in the sandbox; null when there is none.</param>
    public static IReadOnlyList<string> Line(
        JavaDeclaration java, PackageDeclaration declaration, VersionDeclaration version, JsonObject options, IReadOnlyDictionary<string, object> known, string? archive) =>
    [
        .. declaration.JavaOptions,
        .. archive is null ? (string[])[] : [$"-XX:SharedArchiveFile={archive}", "-Xshare:auto"],
        .. java.Options.Select((option, index) => option.Render($"option {index} of Java", known)),
        .. Heap(java, options), "-cp", string.Join(':', java.ClassPath.Prepend(Jars(version))), java.Main,
        .. java.Arguments.Select((argument, index) => argument.Render($"argument {index} of {java.Main}", known)),
    ];

    /// <summary>How programs are run for an archive of their classes; null when none is.</summary>
    /// <param name="options">With which they have their heap then.</param>
    public static ClassTraining? Training(PackageDeclaration declaration, VersionDeclaration version, JsonObject options)
    {
        var programs = new List<TrainedProgram>();
        foreach (var (pod, task) in declaration.Pods.SelectMany(pod => pod.Tasks.Select(task => (pod, task))))
        {
            if (task.Command.Java is not { Archive: ClassArchiveDeclaration.Trained archive } java)
                continue;
            // What differs from cluster to cluster are properties and the like, not what decides whether an archive fits; and with an agent none is written.
            var fixedOptions = java.Options.Where(option => option.IsFixed && !option.Text.StartsWith("-javaagent:", StringComparison.Ordinal)).Select(option => option.Render(java.Main, new Dictionary<string, object>(0)));
            programs.Add(new TrainedProgram(
                NameOf(pod, task), [.. declaration.JavaOptions, .. fixedOptions, .. Heap(java, options)], Jars(version), [java.Main, .. archive.Arguments], Environment(task.Command, archive), archive.Ready)
            {
                Ports = archive.Ports is [] ? null : archive.Ports, Files = archive.Files.Count == 0 ? null : archive.Files, Script = archive.Script,
            });
        }

        return programs.Count == 0 ? null : new ClassTraining(version.Artifacts.Maven!, programs);
    }

    /// <summary>By which the archive that a task starts with is known; null when it starts without.</summary>
    public static string? ArchiveOf(PodDeclaration pod, TaskDeclaration task) => task.Command.Java?.Archive switch
    {
        ClassArchiveDeclaration.Of other => other.Program,
        ClassArchiveDeclaration.Trained => NameOf(pod, task),
        _ => null,
    };

    /// <summary>Of a program that is run for its archive.</summary>
    public static string NameOf(PodDeclaration pod, TaskDeclaration task) => task.Name.Length == 0 ? pod.Type : $"{pod.Type}-{task.Name}";

    /// <summary>Beside the jars.</summary>
    public static string ArchivePath(VersionDeclaration version) => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(version.Artifacts.Maven!)!, "classes.jsa");

    private static string[] Heap(JavaDeclaration java, JsonObject options) =>
        [$"-Xmx{decimal.Ceiling(java.Heap.Of(options)).ToString("0", CultureInfo.InvariantCulture)}m", "-XX:+ExitOnOutOfMemoryError"];

    private static string Jars(VersionDeclaration version) => $"{version.Artifacts.Maven}/*";

    private static Dictionary<string, string> Environment(CommandDeclaration command, ClassArchiveDeclaration.Trained archive)
    {
        var environment = new Dictionary<string, string>(archive.Environment);
        foreach (var (name, value) in command.Environment.Where(variable => variable.Value.IsFixed))
            environment.TryAdd(name, value.Render(name, new Dictionary<string, object>(0)));
        foreach (var (name, path) in command.SandboxPaths)
            environment.TryAdd(name, path);
        return environment;
    }
}

using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>One declared task of one cluster.</summary>
internal sealed class DeclaredTask(
    PackageDeclaration declaration, VersionDeclaration version, PodDeclaration pod, TaskDeclaration task, ClusterSettings settings, IReadOnlyDictionary<string, PodSpecification> pods,
    WantedOperation? operation = null)
{
    private const int MilliCpusPerCpu = 1000;

    public TaskSpecification Specify() => new(
        task.Name,
        new TaskResources((long)(task.Cpus.Of(settings.Options) * MilliCpusPerCpu), (long)decimal.Ceiling(task.Memory.Of(settings.Options)), (long)decimal.Ceiling(task.Disk.Of(settings.Options))),
        task.Ports, Command, Readiness)
    {
        Volumes = [.. task.Volumes.Select(volume => new VolumeSpecification(volume.Name, (long)decimal.Ceiling(volume.Size.Of(settings.Options)), volume.Path))],
        KillGrace = task.KillGrace, ReadyWithin = task.ReadyWithin, RunsOnce = task.RunsOnce, Activity = Looks(declaration.Idle), Facts = Looks(declaration.Facts.Select(facts => facts.Question)),
        LookEvery = declaration.Facts.Where(each => each.Question.Pod == pod.Type).Select(each => each.Every).Append(TaskSpecification.UsualLookEvery).Min(),
    };

    private CommandOutcome Command(TaskContext context)
    {
        var values = Values(context);
        if (WaitingFor(values) is { } reason)
            return new CommandOutcome.Waiting(reason);
        try
        {
            return Command(Known(values, context));
        }
        catch (Exception defect) when (defect is InvalidOperationException or ArgumentException)
        {
            return new CommandOutcome.Waiting($"a template of the package {declaration.Name} can't be filled in: {defect.Message}");
        }
    }

    private Dictionary<string, object> Known(TemplateValues values, TaskContext context)
    {
        var known = values.Task(context, pod.WaitsFor.Keys);
        if (operation is not null)
            OperationValues.Add(known, operation, declaration.Operations.FirstOrDefault(each => each.Name == operation.Name)?.Inputs ?? [], settings);
        return known;
    }

    private TaskCommand Command(Dictionary<string, object> known)
    {
        var command = task.Command;
        var line = command.Java is { } java ? (string[])[JavaProgram.Path, .. JavaProgram.Line(java, declaration, version, settings.Options, known, ClassArchive is null ? null : JavaProgram.ArchivePath(version))] : [];
        // Checked when the package was read: without a program of its own, every version has one.
        IReadOnlyList<string> whole = [
            .. command.Program is not null || line.Length == 0 ? [command.Program ?? version.Artifacts.Program!] : (string[])[],
            .. command.Arguments.Select((argument, index) => argument.Render($"argument {index}", known)), .. line,
        ];
        var made = new TaskCommand(
            whole[0], [.. whole.Skip(1)], Rendered(isSecret: false, known), [.. Artifacts()],
            [.. task.Files.Select(file => new GeneratedFile(file.Path, file.Content.Render(file.Path, known))), .. DeclaredCertificates.Files(declaration, settings)])
        {
            Secrets = Rendered(isSecret: true, known),
        };
        var paths = command.SandboxPaths.Where(path => !IsOfLackingPython(path.Value)).Concat(declaration.Certificates?.Variables ?? new Dictionary<string, string>(0))
            .DistinctBy(path => path.Key).ToDictionary();
        return whole[0].StartsWith('/') && paths.Count == 0 ? made : SandboxPaths.Within(made, paths);
    }

    private Dictionary<string, string> Rendered(bool isSecret, Dictionary<string, object> known) =>
        task.Command.Environment.Where(variable => variable.Value.IsSecret == isSecret).ToDictionary(variable => variable.Key, variable => variable.Value.Render(variable.Key, known));

    /// <summary>Where the environment would stand that something else stands in for, there is nothing to be found.</summary>
    private bool IsOfLackingPython(string path) => settings.Artifacts.Python is null && version.Artifacts.Python is { } python && (path == python || path.StartsWith(python + "/", StringComparison.Ordinal));

    private StoredFile? ClassArchive =>
        settings.Artifacts.JarsArchive is not null && JavaProgram.ArchiveOf(pod, task) is { } name ? settings.Artifacts.ClassArchives.GetValueOrDefault(name) : null;

    private ReadinessCheck Readiness(TaskContext context) => DeclaredChecks.Of(task.Ready, () => Known(Values(context), context));

    /// <summary>Null when the task is asked none of them.</summary>
    private Func<TaskContext, IReadOnlyList<ActivityLook>>? Looks(IEnumerable<QuestionDeclaration> questions) =>
        questions.Where(IsAsked).ToList() is { Count: > 0 } asked ? context => DeclaredActivity.Of(asked, Values(context).Task(context, pod.WaitsFor.Keys)) : null;

    /// <summary>A command is run beside the first task of its pod, other questions go to whose port is named.</summary>
    private bool IsAsked(QuestionDeclaration question) => question.Pod == pod.Type && question.Look switch
    {
        LookDeclaration.Http http => task.Ports.Contains(http.Port),
        LookDeclaration.Tcp tcp => task.Ports.Contains(tcp.Port),
        _ => task == pod.Tasks[0],
    };

    private TemplateValues Values(TaskContext context)
    {
        var located = pod.WaitsFor.Where(other => other.Value == PeerState.Located).SelectMany(other => Names(pods[other.Key])).ToHashSet(StringComparer.Ordinal);
        return new(declaration, version, settings, pods, name => located.Contains(name) ? context.Place(name) : context.Peer(name));
    }

    private static IEnumerable<string> Names(PodSpecification of) => Enumerable.Range(0, of.Count).SelectMany(index => of.Tasks.Select(each => of.TaskName(index, each)));

    private string? WaitingFor(TemplateValues values)
    {
        foreach (var (peer, state) in pod.WaitsFor)
        {
            for (var index = 0; index < pods[peer].Count; index++)
            {
                if (values.Find(peer, index) is not { } instance)
                    return $"{pods[peer].Instance(index)} has no place yet";
                if (state == PeerState.Ready && !instance.Ready)
                    return $"{instance.Name} does not serve yet";
            }
        }

        return null;
    }

    private IEnumerable<ArtifactLink> Artifacts()
    {
        var (declared, resolved) = (version.Artifacts, settings.Artifacts);
        if (declared.Maven is { } jars)
        {
            if (resolved.JarsArchive is { } archive)
                yield return new ArtifactLink(archive, jars, Unpack: true);
            else
                foreach (var jar in resolved.Jars)
                    yield return new ArtifactLink(jar, $"{jars}/{jar.Name}", Unpack: false);
        }

        if (ClassArchive is { } classes)
            yield return new ArtifactLink(classes, JavaProgram.ArchivePath(version), Unpack: false);

        if (declared.Python is { } path && resolved.Python is { } environment)
            yield return new ArtifactLink(environment, path, Unpack: true);
        if (declared.Archive is { } file)
            yield return new ArtifactLink(new StoredFile(Path.GetFileName(file.Url.LocalPath), file.Sha256, $"{file.Url.AbsoluteUri}#sha256={file.Sha256}"), file.Path, file.Unpack);
    }
}

using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>A whole <c>package.yaml</c>, checked.</summary>
/// <param name="Versions">The first is what a launch gets that names none.</param>
/// <param name="Sizes">Values of options by the size's name: S, M, L.</param>
/// <param name="Secrets">Names; each cluster has its own values.</param>
/// <param name="Exports">Variables by which other clusters' tasks reach this one.</param>
public sealed record PackageDeclaration(
    string Name, string Title, string Description, IReadOnlyList<VersionDeclaration> Versions, IReadOnlyList<OptionDeclaration> Options,
    IReadOnlyDictionary<string, JsonObject> Sizes, IReadOnlyList<string> Secrets, IReadOnlyList<PodDeclaration> Pods, IReadOnlyList<EndpointDeclaration> Endpoints,
    IReadOnlyDictionary<string, Template> Exports, IReadOnlyList<SnippetDeclaration> Snippets, IReadOnlyList<QuestionDeclaration> Idle, IReadOnlyList<MetricsDeclaration> Metrics)
{
    public IReadOnlyList<OperationDeclaration> Operations { get; init; } = [];

    public IReadOnlyList<FactsDeclaration> Facts { get; init; } = [];

    public IReadOnlyList<TableDeclaration> Tables { get; init; } = [];

    public IReadOnlyList<EngineChart> Charts { get; init; } = [];

    /// <summary>What stands beside <see cref="Exports"/> as files: the path of each is the value of the variable.</summary>
    public IReadOnlyDictionary<string, FileDeclaration> ExportedFiles { get; init; } = new Dictionary<string, FileDeclaration>(0);

    /// <summary>Folders of <see cref="ExportedFiles"/>, by the variables that hold their paths.</summary>
    public IReadOnlyDictionary<string, string> ExportedFolders { get; init; } = new Dictionary<string, string>(0);

    public CertificatesDeclaration? Certificates { get; init; }

    public IReadOnlyList<LakeDeclaration> Lake { get; init; } = [];

    /// <summary>Options of the virtual machine that all of the package's Java programs have.</summary>
    public IReadOnlyList<string> JavaOptions { get; init; } = [];

    /// <summary>It asked for the platform's own measurements: its tasks may know where they are and what lets them in.</summary>
    public bool MeasuresPlatform { get; init; }
}

/// <summary>What a cluster can be asked to do while it serves.</summary>
/// <param name="Pod">Of one task.</param>
public sealed record OperationDeclaration(string Name, string Title, string Description, OperationKind Kind, TimeSpan EndsWithin, PodDeclaration Pod)
{
    /// <summary>What people say when they ask for it.</summary>
    public IReadOnlyList<OptionDeclaration> Inputs { get; init; } = [];

    /// <summary>How many hours after the last one it is asked for by itself; 0 for never.</summary>
    public Amount? EveryHours { get; init; }

    /// <summary>Variables that are told to who asks for them when it is complete.</summary>
    public IReadOnlyDictionary<string, Template> HandsOut { get; init; } = new Dictionary<string, Template>(0);
}

/// <summary>One version of the engine and where its files come from.</summary>
public sealed record VersionDeclaration(string Version, ArtifactDeclaration Artifacts);

/// <param name="Folder">Where the locks lie, relative to the package's folder; empty for that itself.</param>
/// <param name="Maven">Where the jars of the lock stand in the sandbox; null when there are none.</param>
/// <param name="Python">Where the environment that the requirements pin stands in the sandbox; null when there is none.</param>
/// <param name="Program">A program that the hosts must have.</param>
/// <param name="Debian">The package of Debian's that brings <paramref name="Program"/>.</param>
public sealed record ArtifactDeclaration(string Folder, string? Maven, string? Python, ArchiveArtifact? Archive, string? Program, string? Debian)
{
    public AlternativeDeclaration? Alternative { get; init; }
}

/// <summary>A version may do without one of its artifacts where that can't be had.</summary>
/// <param name="WithoutMaven">Without the jars; otherwise without the Python environment.</param>
/// <param name="Why">What stands in for what, for people.</param>
public sealed record AlternativeDeclaration(bool WithoutMaven, string Why);

/// <summary>A file that agents fetch themselves and hold to its sha256.</summary>
public sealed record ArchiveArtifact(Uri Url, string Sha256, string Path, bool Unpack);

public enum OptionType
{
    Integer,
    Number,
    Boolean,
    String,

    /// <summary>The name of another cluster that this one connects to; empty for none.</summary>
    Cluster,
}

/// <summary>What a changed option does to a cluster that runs.</summary>
public enum OptionChange { Dynamic, Restart, Fixed }

/// <param name="Choices">Empty when any value of the type within the limits will do.</param>
/// <param name="Pattern">Of texts; matches the whole of it.</param>
public sealed record OptionDeclaration(
    string Name, OptionType Type, string Title, string Description, decimal? Minimum, decimal? Maximum, string? Pattern, IReadOnlyList<JsonValue> Choices,
    JsonValue Default, OptionChange Change, bool Advanced)
{
    /// <summary>The folder of the lake that must hold a file of this name, unless it is empty; null when it may be anything.</summary>
    public string? FileIn { get; init; }

    /// <summary>The option that must be given where this one is; null when it stands by itself.</summary>
    public string? Needs { get; init; }

    /// <summary>The number beyond which this one may not go; null when there is no such.</summary>
    public string? AtMost { get; init; }

    /// <summary>Of texts that divide a whole among names, what the shares add up to; null when it is no such text.</summary>
    public int? SharesOf { get; init; }

    /// <summary>The text that this one must repeat, so that nobody gives it by a slip; null when there is no such.</summary>
    public string? SameAs { get; init; }

    /// <summary>Nothing stands in for it: <see cref="Default"/> means nothing. Of inputs of operations only.</summary>
    public bool IsRequired { get; init; }
}

/// <param name="IsSingle">The count is the number 1: the only instance is called by the type alone.</param>
/// <param name="OneByOne">An instance starts when the one before it serves.</param>
/// <param name="WaitsFor">Pods that must have places, or serve, before an instance of this one starts.</param>
public sealed record PodDeclaration(
    string Type, Amount Count, bool IsSingle, bool OneByOne, IReadOnlyList<TaskDeclaration> Tasks, IReadOnlyList<PlacementDeclaration> Placement,
    IReadOnlyDictionary<string, PeerState> WaitsFor)
{
    public PlanRules Rules { get; init; } = PlanRules.None;

    public PresenceDeclaration Presence { get; init; } = PresenceDeclaration.Always;

    /// <summary>Null where its count does not follow the work.</summary>
    public GrowthDeclaration? Growth { get; init; }

    /// <summary>Null also where these options leave no room for more.</summary>
    public GrowthRule? GrowthOf(JsonObject options) => Growth is { } growth && CountOf(options) is > 0 and var least && (int)growth.Most.Of(options) is var most && most > least
        ? new GrowthRule(least, most, growth.Of, growth.When, growth.After, growth.ShrinksWhen, growth.ShrinksAfter) : null;

    /// <summary>How many there are, at least where its count follows the work.</summary>
    public int CountOf(JsonObject options) => Presence.Holds(options) ? (int)Count.Of(options) : 0;

    /// <summary>The pod with those of its tasks that these options leave in it.</summary>
    public PodDeclaration With(JsonObject options) => Tasks.All(task => task.Presence.Holds(options)) ? this : this with { Tasks = [.. Tasks.Where(task => task.Presence.Holds(options))] };
}

/// <summary>How the count of a pod follows the work.</summary>
/// <param name="Most">How many there may be.</param>
/// <param name="Of">The pod that knows of the work.</param>
public sealed record GrowthDeclaration(Amount Most, string Of, FactCondition When, TimeSpan After, FactCondition ShrinksWhen, TimeSpan ShrinksAfter);

/// <summary>Which options decide whether something is there.</summary>
/// <param name="When">The option without which there is none of it; null when none is needed.</param>
/// <param name="Unless">The option with which there is none of it; null when there is no such.</param>
public sealed record PresenceDeclaration(string? When, string? Unless)
{
    public static PresenceDeclaration Always { get; } = new(null, null);

    public bool Holds(JsonObject options) => (When is null || IsGiven(options, When)) && (Unless is null || !IsGiven(options, Unless));

    /// <summary>It is neither false nor empty.</summary>
    public static bool IsGiven(JsonObject options, string option) => options[option]?.ToString() is not (null or "" or "false");
}

/// <summary>What a pod waits for of another. Of the first two it depends on what runs now; of the last on where that is.</summary>
public enum PeerState { Placed, Ready, Located }

/// <summary>What a pod's engine says of itself.</summary>
/// <param name="Question">Its signs are one for each of <paramref name="Facts"/>, which has its name.</param>
public sealed record FactsDeclaration(QuestionDeclaration Question, TimeSpan Every, IReadOnlyList<EngineFact> Facts);

/// <summary>What an engine tells in rows.</summary>
/// <param name="Pods">Any instance of them can answer.</param>
/// <param name="Command">It writes the rows.</param>
public sealed record TableDeclaration(EngineTable Table, IReadOnlyList<string> Pods, LookDeclaration.Command Command);

public abstract record PlacementDeclaration
{
    private PlacementDeclaration() { }

    public sealed record AtMostOnHost(int Count) : PlacementDeclaration;

    public sealed record AtMostInZone(int Count) : PlacementDeclaration;

    public sealed record Attribute(string Name, string Value) : PlacementDeclaration;

    /// <param name="Pod">On no host where an instance of that is.</param>
    public sealed record AwayFrom(string Pod) : PlacementDeclaration;

    /// <param name="Pod">Only on a host where an instance of that is.</param>
    public sealed record Near(string Pod) : PlacementDeclaration;
}

/// <param name="Name">Empty for the only task of its pod.</param>
/// <param name="Cpus">In cores.</param>
/// <param name="Memory">In MiB, as <paramref name="Disk"/>.</param>
public sealed record TaskDeclaration(
    string Name, Amount Cpus, Amount Memory, Amount Disk, IReadOnlyList<string> Ports, CommandDeclaration Command, IReadOnlyList<FileDeclaration> Files,
    CheckDeclaration? Ready, TimeSpan ReadyWithin, TimeSpan KillGrace, bool RunsOnce)
{
    public IReadOnlyList<VolumeDeclaration> Volumes { get; init; } = [];

    public PresenceDeclaration Presence { get; init; } = PresenceDeclaration.Always;
}

/// <param name="Size">In MiB.</param>
/// <param name="Path">Relative to the sandbox.</param>
public sealed record VolumeDeclaration(string Name, Amount Size, string Path);

/// <param name="Program">Absolute, or relative to the sandbox; null for the version's own program.</param>
/// <param name="SandboxPaths">Variables that hold paths inside the sandbox.</param>
public sealed record CommandDeclaration(
    string? Program, IReadOnlyList<Template> Arguments, IReadOnlyDictionary<string, Template> Environment, IReadOnlyDictionary<string, string> SandboxPaths)
{
    /// <summary>What is run, or what <paramref name="Program"/> is to run, as it is given the whole line as further arguments.</summary>
    public JavaDeclaration? Java { get; init; }
}

/// <param name="Path">Relative to the sandbox.</param>
public sealed record FileDeclaration(string Path, Template Content);

/// <summary>How it is found out that a running task serves.</summary>
public abstract record CheckDeclaration
{
    private CheckDeclaration() { }

    public sealed record Tcp(string Port) : CheckDeclaration;

    /// <param name="Body">What the body must match; null when any will do.</param>
    public sealed record Http(string Port, Template Path, string? Body) : CheckDeclaration;

    /// <summary>Ready when the program, run in the task's sandbox, ends with 0.</summary>
    public sealed record Command(string Program, IReadOnlyList<Template> Arguments) : CheckDeclaration;
}

/// <param name="Path">Of the address; empty for none.</param>
/// <param name="IsPage">The console shows it under its own address.</param>
/// <param name="Landing">Where in the page people begin.</param>
public sealed record EndpointDeclaration(string Name, string Title, string Pod, string Port, string Scheme, Template Path, bool IsPage, Template Landing)
{
    /// <summary>In which language it answers questions of the platform; null when it does not.</summary>
    public string? Answers { get; init; }

    /// <summary>What the console's proxy adds to requests.</summary>
    public IReadOnlyDictionary<string, Template> Headers { get; init; } = new Dictionary<string, Template>(0);
}

/// <param name="Pod">Without a placed instance of which it makes no sense; null when it does.</param>
public sealed record SnippetDeclaration(Template Title, string Language, Template Text, string? Pod);

/// <summary>One question to each instance of a pod: for evidence of what it does, or for facts.</summary>
/// <param name="Expect">What the answer must match to be one; null when any will do.</param>
public sealed record QuestionDeclaration(string Pod, LookDeclaration Look, string? Expect, IReadOnlyList<ActivitySign> Signs);

public abstract record LookDeclaration
{
    private LookDeclaration() { }

    public sealed record Http(string Port, Template Path, IReadOnlyDictionary<string, Template> Headers) : LookDeclaration;

    public sealed record Tcp(string Port, Template Say) : LookDeclaration;

    public sealed record Command(string Program, IReadOnlyList<Template> Arguments, IReadOnlyDictionary<string, Template> Environment) : LookDeclaration;
}

/// <summary>Where an engine has its measurements in Prometheus's text form.</summary>
public sealed record MetricsDeclaration(string Pod, string Port, Template Path);

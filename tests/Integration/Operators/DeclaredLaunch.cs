using System.Diagnostics;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Exec;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Tables;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>A cluster of a package that is data, as it comes with the platform, on a real pool, with clusters that it needs beside it; at the end nothing of them may be left.</summary>
public sealed class DeclaredLaunch : IAsyncDisposable
{
    private const string Cluster = "trial";
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan TableLimit = TimeSpan.FromSeconds(30);

    private readonly RealPool pool;
    private readonly StoreServer server;
    private readonly SchedulerUnderTest subject;
    private readonly ITestOutputHelper output;
    private readonly string cluster;
    private readonly List<DeclaredLaunch> beside = [];

    private DeclaredLaunch(RealPool pool, StoreServer server, DeclaredPackage package, string cluster, ITestOutputHelper output)
    {
        (this.pool, this.server, this.cluster, this.output) = (pool, server, cluster, output);
        subject = new SchedulerUnderTest(pool, package, cluster, server.Store);
    }

    public string LakePath => subject.LakePath;

    /// <summary>Skips the test where the package's program or its files can't be had.</summary>
    public static async Task<DeclaredLaunch> StartAsync(string name, ITestOutputHelper output, int agents = 1, string? zone = null)
    {
        var package = ShippedPackage.Read(name);
        var artifacts = package.Declaration.Versions[0].Artifacts;
        Assert.SkipWhen(artifacts.Program is { } program && !File.Exists(program), $"{artifacts.Program} is not installed here: Debian's {artifacts.Debian} brings it");

        var pool = await RealPool.StartAsync(agents, "cpus:4;mem:8192;disk:40000", Mirror.FetchCache, zone);
        var server = await StoreServer.StartAsync(Mirror.Store);
        var launch = new DeclaredLaunch(pool, server, package, Cluster, output);
        if (await server.Store.ResolveAsync(package.Needs([]), null, TestContext.Current.CancellationToken) is ArtifactResolution.Unavailable(var reason))
        {
            await launch.DisposeAsync();
            Assert.Skip(reason);
        }

        return launch;
    }

    /// <summary>Another cluster on the same pool, to which this one may connect once it is ready.</summary>
    public async Task<DeclaredLaunch> BesideAsync(string name, string called, string options)
    {
        var other = new DeclaredLaunch(pool, server, ShippedPackage.Read(name), called, output);
        beside.Add(other);
        await other.ReadyAsync(options);
        subject.Subject.Post(new SchedulerCommand.Connected(called, other.Connection));
        return other;
    }

    public async Task<(ClusterObservation Seen, ClusterConnection Connection)> ReadyAsync(string options = "{}")
    {
        var asked = Stopwatch.StartNew();
        subject.Want(options);
        var seen = await subject.UntilAsync(ClusterState.Ready, StartLimit);
        output.WriteLine($"asked to ready: {asked.Elapsed.TotalSeconds:0.0} s");
        return (seen, Connection);
    }

    /// <summary>Nothing of it runs and nothing is held but its volumes; then it is there again.</summary>
    /// <param name="meanwhile">What happens while it is parked.</param>
    /// <returns>How it is reached then.</returns>
    public async Task<ClusterConnection> ParkedAndResumedAsync(Func<Task>? meanwhile = null)
    {
        var asked = Stopwatch.StartNew();
        subject.Change(wanted => wanted with { Goal = ClusterGoal.Park });
        var parked = await subject.UntilAsync(seen => seen is { State: ClusterState.Parked, Reserved: { MilliCpus: 0, MemoryMebibytes: 0 } }, StartLimit);
        Processes().Select(process => process.Arguments).ShouldBeEmpty();
        parked.Reserved.DiskMebibytes.ShouldBe(parked.Volumes.Sum(volume => volume.Mebibytes));
        if (meanwhile is not null) await meanwhile();
        subject.Change(wanted => wanted with { Goal = ClusterGoal.Run });
        await subject.UntilAsync(ClusterState.Ready, StartLimit);
        output.WriteLine($"parked and resumed: {asked.Elapsed.TotalSeconds:0.0} s");
        return Connection;
    }

    /// <summary>One of its pods begins anew, without the data that it had.</summary>
    public async Task ReplacedAsync(string pod)
    {
        var asked = Stopwatch.StartNew();
        subject.Change(wanted => wanted with { Replacements = new Dictionary<string, int>(wanted.Replacements) { [pod] = wanted.Replacements.GetValueOrDefault(pod) + 1 } });
        await subject.UntilAsync(seen => seen.Events.Any(happened => happened.Subject == pod && happened.Text == "begins anew by request"), StartLimit);
        await subject.UntilAsync(seen => seen.State == ClusterState.Ready && seen.Plans.Count == 1, StartLimit);
        output.WriteLine($"{pod} replaced: {asked.Elapsed.TotalSeconds:0.0} s");
    }

    /// <returns>How it is reached with its new secrets.</returns>
    public async Task<ClusterConnection> RotatedAsync()
    {
        subject.Change(wanted => wanted with { Rotations = wanted.Rotations + 1 });
        await subject.UntilAsync(seen => seen.State == ClusterState.Ready && seen.Plans.Count == 1 && seen.Events.Any(happened => happened.Text == "has other secrets"), StartLimit);
        return Connection;
    }

    /// <summary>Its options are to be others.</summary>
    public void Update(string options) => subject.Change(wanted =>
    {
        var changed = (JsonObject)wanted.Options.DeepClone();
        foreach (var (option, value) in (JsonObject)JsonNode.Parse(options)!)
            changed[option] = value?.DeepClone();
        return wanted with { Target = wanted.Target + 1, TargetAt = DateTimeOffset.UtcNow, Options = changed, Earlier = new Dictionary<int, JsonObject>(wanted.Earlier) { [wanted.Target] = wanted.Options } };
    });

    /// <summary>Its options are others, and all pods have what that means.</summary>
    /// <returns>Names of the pods that were ended, in that order.</returns>
    public async Task<IReadOnlyList<string>> UpdatedAsync(string options)
    {
        var asked = Stopwatch.StartNew();
        Update(options);
        var target = 0;
        subject.Change(wanted => wanted with { Target = target = wanted.Target });
        var seen = await subject.UntilAsync(seen => seen.State == ClusterState.Ready && seen.Plans.Count == 1 && seen.SettledTarget == target, StartLimit);
        output.WriteLine($"{options}: {asked.Elapsed.TotalSeconds:0.0} s");
        var from = seen.Events.Last(happened => happened.Text == $"target {target} is wanted").Number;
        return [.. seen.Events.Where(happened => happened.Number > from && happened.Text.StartsWith("is being ended", StringComparison.Ordinal)).Select(happened => happened.Subject)];
    }

    public Task<ClusterObservation> UntilAsync(Func<ClusterObservation, bool> holds, TimeSpan limit) => subject.UntilAsync(holds, limit);

    /// <returns>Names of its pods in the order in which they were ended.</returns>
    public async Task<IReadOnlyList<string>> RestartedAsync()
    {
        var asked = Stopwatch.StartNew();
        subject.Change(wanted => wanted with { Restarts = wanted.Restarts + 1 });
        var seen = await subject.UntilAsync(seen => seen.State == ClusterState.Ready && seen.Plans.Count == 1 && seen.Events.Any(happened => happened.Text == "restarted"), StartLimit);
        output.WriteLine($"restarted: {asked.Elapsed.TotalSeconds:0.0} s");
        return [.. seen.Events.Where(happened => happened.Text == "is being ended: a restart was asked for").Select(happened => happened.Subject)];
    }

    /// <summary>It has other options, and all that follows from them is over.</summary>
    /// <returns>What happened since.</returns>
    public async Task<IReadOnlyList<EventView>> ChangedAsync(string options)
    {
        var (asked, before) = (Stopwatch.StartNew(), subject.Subject.Observation!.Events.Count);
        var target = Change(options);
        var seen = await subject.UntilAsync(seen => seen.State == ClusterState.Ready && seen.SettledTarget == target, StartLimit);
        output.WriteLine($"changed: {asked.Elapsed.TotalSeconds:0.0} s\n{string.Join('\n', seen.Events.Skip(before))}");
        return [.. seen.Events.Skip(before)];
    }

    /// <summary>Other options are wanted, and something happens because of them.</summary>
    public async Task<EventView> ChangedUntilAsync(string options, Predicate<EventView> happened)
    {
        Change(options);
        return (await subject.UntilAsync(seen => seen.Events.Any(each => happened(each)), StartLimit)).Events.First(each => happened(each));
    }

    /// <returns>The number of the target that is wanted now.</returns>
    private int Change(string options)
    {
        var target = 0;
        subject.Change(wanted =>
        {
            var merged = (JsonObject)wanted.Options.DeepClone();
            foreach (var (option, value) in (JsonObject)JsonNode.Parse(options)!)
                merged[option] = value?.DeepClone();
            return wanted with { Options = merged, Target = target = wanted.Target + 1, TargetAt = DateTimeOffset.UtcNow, Earlier = wanted.Earlier.Append(KeyValuePair.Create(wanted.Target, wanted.Options)).ToDictionary() };
        });
        return target;
    }

    /// <summary>What its engine says of itself.</summary>
    public async Task<IReadOnlyList<FactView>> UntilFactsAsync(Func<IReadOnlyList<FactView>, bool> wanted)
    {
        var seen = await subject.UntilAsync(seen => wanted(seen.Facts), StartLimit);
        output.WriteLine(string.Join("; ", seen.Facts.GroupBy(fact => fact.Name).Select(group => $"{group.Key}: {string.Join(' ', group.Select(fact => fact.Value ?? "?"))}")));
        return seen.Facts;
    }

    /// <summary>It is asked to do something, and it is over.</summary>
    public Task<OperationView> AskedAsync(string operation, string folder) => AskedAsync(operation, folder, null);

    /// <summary>It is asked to do something with what is given.</summary>
    public Task<OperationView> GivenAsync(string operation, string inputs) => AskedAsync(operation, null, JsonNode.Parse(inputs)!.AsObject());

    /// <summary>What an operation that is complete hands out.</summary>
    public IReadOnlyDictionary<string, string> HandedOut(OperationView operation) => subject.Subject.HandedOut(operation.Number);

    /// <summary>All that people are shown of it.</summary>
    public string Shown() => System.Text.Json.JsonSerializer.Serialize(subject.Subject.Observation);

    /// <summary>What is wrong with what an operation is to be given, as the control plane says before it stores anything.</summary>
    public IReadOnlyList<FieldProblem> Wrong(string operation, string inputs)
    {
        var known = subject.Package.Description.Operations.Single(each => each.Name == operation);
        var problems = OptionsCheck.Problems(new PackageOperationView(known.Name, known.Title, known.Description, "plain") { Inputs = known.Inputs }, JsonNode.Parse(inputs)!.AsObject());
        var given = OptionsCheck.WithDefaults(OptionsCheck.Defaults(known.Inputs!), JsonNode.Parse(inputs)!.AsObject());
        return problems.Count > 0 || subject.Package.WhyNot([], operation, given, LakePath) is not { } refusal ? problems : [new FieldProblem($"inputs.{refusal.Option}", refusal.Reason, refusal.Allowed)];
    }

    /// <summary>What its engine tells in rows.</summary>
    /// <returns>When it holds.</returns>
    public async Task<IReadOnlyList<JsonObject>> UntilTableAsync(string name, Func<IReadOnlyList<JsonObject>, bool> holds)
    {
        using var agents = new AgentClients(null);
        var (probe, since, scheduler) = (new TableProbe(new TaskExec(agents, TimeProvider.System)), Stopwatch.StartNew(), subject.Subject);
        while (true)
        {
            var (seen, command) = (scheduler.Observation!, scheduler.Ask(name).ShouldNotBeNull());
            var table = await probe.AskAsync(seen.Tables.Single(each => each.Name == name), seen.Tasks.Last(task => task.Name == command.Task), scheduler.FrameworkId!, command.Command, TestContext.Current.CancellationToken);
            if (table.Rows is { } rows && holds(rows)) return rows;
            since.Elapsed.ShouldBeLessThan(TableLimit, $"{name}: {table.WhyNot ?? string.Join(' ', table.Rows!.Select(row => row.ToJsonString()))}");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>All that its charts ask for is on the pages that a Prometheus would be sent to.</summary>
    public Task UntilChartedAsync() => MeasuredPages.UntilChartedAsync(subject);

    private async Task<OperationView> AskedAsync(string operation, string? folder, JsonObject? inputs)
    {
        var number = 0;
        subject.Change(wanted => wanted with { Operations = [.. wanted.Operations, new WantedOperation(number = wanted.Operations.Count + 1, operation, folder, DateTimeOffset.UtcNow) { Inputs = inputs }] });
        var seen = await subject.UntilAsync(seen => seen.Operations.Any(each => each.Number == number && (each.State is StepState.Complete or StepState.Failed)), StartLimit);
        output.WriteLine($"{seen.Operations[^1]}");
        return seen.Operations.Single(each => each.Number == number);
    }

    /// <summary>What people are shown to paste into a shell, run by one.</summary>
    /// <returns>What it wrote.</returns>
    public async Task<string> SnippetAsync(string title)
    {
        var text = subject.Subject.Observation!.Snippets.Single(snippet => snippet.Title == title).Text;
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-euc", text]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, wrong) = (shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        shell.ExitCode.ShouldBe(0, await wrong);
        return await said;
    }

    /// <summary>How it is reached, with what is for the tasks of others alone among its variables.</summary>
    public ClusterConnection Connection => Whole(subject.Subject.Connection!);

    /// <summary>The same of a cluster beside it.</summary>
    public ClusterConnection ConnectionOf(string called) => beside.Single(other => other.cluster == called).Connection;

    public string Exported(string variable) => Connection.Environment[variable];

    /// <summary>What its agents say that it does.</summary>
    public async Task<ActivityView> UntilActivityAsync(Func<ActivityView, bool> wanted)
    {
        var asked = Stopwatch.StartNew();
        var seen = await subject.UntilActivityAsync(wanted, StartLimit);
        output.WriteLine($"after {asked.Elapsed.TotalSeconds:0.0} s: {seen}");
        return seen;
    }

    public Task<ClusterObservation> UntilAsync(ClusterState state, TimeSpan limit) => subject.UntilAsync(state, limit);

    /// <summary>The process of a task with such arguments.</summary>
    public int ProcessOf(string task, Predicate<string> isIt) =>
        Processes().Single(process => process.Environment.Contains($"MESOS_TASK_ID={cluster}.{task}.", StringComparison.Ordinal) && isIt(process.Arguments)).Id;

    /// <summary>Where a task's processes have their files.</summary>
    public string SandboxOf(string task)
    {
        var environment = Processes().First(process => process.Environment.Contains($"MESOS_TASK_ID={cluster}.{task}.", StringComparison.Ordinal)).Environment;
        return environment.Split('\0').First(variable => variable.StartsWith("MESOS_SANDBOX=", StringComparison.Ordinal))["MESOS_SANDBOX=".Length..];
    }

    /// <summary>Where one of its web servers is.</summary>
    public Uri Endpoint(string name) => new(subject.Subject.Observation!.Endpoints.Single(endpoint => endpoint.Name == name).Url);

    /// <summary>What everybody on the host can read of the cluster's processes.</summary>
    public string ArgumentsOfTasks() => string.Join('\n', Processes().Select(process => process.Arguments));

    /// <summary>Takes the cluster down; no process of it may be left.</summary>
    public async Task GoneAsync()
    {
        subject.Remove();
        await subject.UntilGoneAsync(TimeSpan.FromSeconds(60));
        foreach (var other in beside)
        {
            other.subject.Remove();
            await other.subject.UntilGoneAsync(TimeSpan.FromSeconds(60));
        }

        Processes().Select(process => process.Arguments).ShouldBeEmpty();
        // Agents remove what volumes held when they have told that it is done.
        var since = Stopwatch.StartNew();
        while (KeptFiles() is { Count: > 0 } files)
        {
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30), string.Join('\n', files.Take(10)));
            await Task.Delay(20);
        }
    }

    private static ClusterConnection Whole(ClusterConnection connection) => connection with { Environment = connection.Environment.Concat(connection.Keys.Variables).ToDictionary() };

    private List<string> KeptFiles() => [.. Directory.EnumerateDirectories(pool.Folder, "agent-*").Select(agent => Path.Combine(agent, "volumes")).Where(Directory.Exists)
        .SelectMany(volumes => Directory.EnumerateFiles(volumes, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))];

    public async ValueTask DisposeAsync()
    {
        await subject.DisposeAsync();
        foreach (var other in beside)
            await other.subject.DisposeAsync();
        await server.DisposeAsync();
        await pool.DisposeAsync();
    }

    /// <summary>Processes whose environment names a task of the cluster.</summary>
    private IEnumerable<(string Arguments, string Environment, int Id)> Processes()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            string environment, arguments;
            try
            {
                environment = File.ReadAllText($"{folder}/environ");
                arguments = File.ReadAllText($"{folder}/cmdline").Replace('\0', ' ');
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            if (environment.Contains($"MESOS_SANDBOX={pool.Folder}/", StringComparison.Ordinal))
                yield return (arguments, environment, int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}

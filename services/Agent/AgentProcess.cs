using System.Security.Cryptography;
using System.Text;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Checking;
using DataPlatform.Services.Agent.Checkpoints;
using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Disk;
using DataPlatform.Services.Agent.Executors;
using DataPlatform.Services.Agent.Fetching;
using DataPlatform.Services.Agent.Images;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Link;
using DataPlatform.Services.Agent.Logs;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Nested;
using DataPlatform.Services.Agent.Networks;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Agent.Serving;
using DataPlatform.Services.Agent.Serving.Authentication;
using DataPlatform.Services.Agent.Serving.Older;
using DataPlatform.Services.Agent.Serving.Usage;
using DataPlatform.Services.Agent.Volumes;
using DataPlatform.Services.Hosting.Files;
using DataPlatform.Services.Hosting.Serving;
using DataPlatform.Services.Hosting.Serving.Streams;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Agent;

/// <summary>Puts the parts of one agent together and runs them until it is told to stop.</summary>
internal sealed class AgentProcess(AgentOptions options, TimeProvider time)
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromMinutes(1);

    /// <summary>Fewer than the smallest hosts take.</summary>
    private const int FewTasks = 64;

    private string endpoint = "";
    private int port;

    public async Task RunAsync(CancellationToken stop)
    {
        var logging = new LoggingLevel(time);
        var limit = ProcessLimits.RaiseOpenFiles();
        var descriptors = DescriptorBudget.From(limit, HttpServer.MostConnections(limit), 2 * Environment.ProcessorCount);
        await using var app = HttpServer.Build(options, logging);
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("agent");
        using var workDirectoryLock = WorkDirectory.Lock("work-dir", options.WorkDirectory);
        using var isolation = HostIsolation.Open(options.Isolation, $"{options.CgroupsRoot}/{GroupName(options.WorkDirectory)}");
        var namespaces = TaskNamespaces.Open(
            options.WorkDirectory, [new ShownFolder(options.CacheDirectory, ReadOnly: true), .. options.TaskFolders.Select(each => new ShownFolder(each, ReadOnly: false))], out var reason);
        log.LogInformation("Tasks are isolated by {Isolation}{Shortcomings}", isolation.Name, isolation.Shortcomings.Length == 0 ? "" : $" with {isolation.Shortcomings}");
        if (namespaces is null)
            log.LogWarning("Tasks see the processes, /tmp and /dev/shm of this host, and those of one user each other: {Reason}", reason);

        if (descriptors.ForTasks < FewTasks)
            log.LogWarning("This agent may have {Limit} open files, of which {ForTasks} are for tasks: raise the host's limit (ulimit -n)", descriptors.Limit, descriptors.ForTasks);
        var volumes = new AgentVolumes(options.WorkDirectory, time, log);
        var secrets = new SecretFiles(options.WorkDirectory);
        var checkpoints = new CheckpointStore(options.WorkDirectory, HostBoot.Current(), log);
        var workDirectoryId = checkpoints.WorkDirectoryId(Guid.NewGuid());
        var paths = new SandboxPaths(options.WorkDirectory);
        var files = new SandboxFiles(paths);
        using var watch = new ProcessWatch();
        var linkStatus = new LinkStatus(time);
        using var link = new MasterLink(options, new RegistrationBackoff(options.RegistrationBackoff, Random.Shared), linkStatus, log);
        var core = new AgentCore(
            new AgentSettings(options.KillGracePeriod)
            {
                ExecutorRegistrationTimeout = options.ExecutorRegistrationTimeout,
                ExecutorReregistrationTimeout = options.ExecutorReregistrationTimeout,
                Descriptors = descriptors,
            },
            new TaskReports(options.Address.ToString(), Guid.NewGuid));
        AgentEffects? effects = null;
        var loop = new AgentLoop(core, each => effects!.CarryOut(each), time);
        using var logs = new LogKeeping(options.WorkDirectory, options.MaximumLogBytes, watch, log);
        var bridge = options.Bridge is { } bridgeSettings
            ? new BridgeNetwork(bridgeSettings, Path.Combine(options.WorkDirectory, "networks"), new HostProgram(Path.Combine(options.WorkDirectory, "networks", "tmp"), watch), log)
            : null;
        var processes = new TaskProcesses(options.WorkDirectory, isolation, namespaces, bridge, logs, (ulong)options.OpenFileLimit);
        using var imagesLock = options.Images is { } kept ? LockStore(kept.StoreFolder) : null;
        var images = await ImageSupport.FindAsync(options, namespaces is not null, watch, log);
        if (images is ImageSupport.Ready found)
            images = found with { WhyNoBridge = bridge is null ? "it has no --bridge-subnet" : bridge.WhyNot() };
        using var store = (images as ImageSupport.Ready)?.Store;
        var tokens = ExecutorTokens.Open(options.WorkDirectory);
        var streams = new StreamTable(app.Services.GetRequiredService<ILogger<StreamTable>>());
        using var starter = new TaskStarter(options, paths, checkpoints, new VolumePlacement(volumes, secrets, paths, new HostFolders([.. options.HostVolumeFolders, .. options.TaskFolders])), BuildFetcher(log), isolation, processes, logs,
            new ExecutorEnvironment(options, tokens), images, () => endpoint, descriptors.Starts);
        var collector = new SandboxCollector(
            paths, options.Collection, checkpoints.IsInUse, () => SandboxCollector.UsedPart(paths), time, log);
        var containers = new Containers(starter, isolation, checkpoints, watch, paths, logs, new TaskOutput(paths, secrets), run => Release(run.ContainerId, secrets, store, bridge), collector.Ended, loop.PostAsync, log);
        using var watched = new DescriptorWatch();
        var commands = new TaskCommands(processes, watch);
        using var connections = new TaskConnections(options.Address);
        using var checks = new TaskChecks(
            new CheckProbe(commands, connections), new ActivityProbe(commands, watched, connections, time), run => containers.Supervisor(run.ContainerId) is { } first ? new CheckedTask(run.ContainerId, first, starter.ContextOf(run, core.AgentId)) : null, loop.PostAsync, time);
        var messages = new MessageLimits(options.ExecutorMessages, time);
        var metrics = new AgentMetrics(loop, options.Resources, linkStatus, () => checkpoints.SetAside, time) { Unkillable = () => containers.Unkillable, Messages = () => (messages.Taken, messages.Refused) };
        effects = new AgentEffects(checkpoints, link, () => core.AgentId, log) { Containers = containers, Checks = checks, Metrics = metrics, Streams = streams, Post = loop.PostAsync, Volumes = new ExecutorVolumes(volumes, paths, containers.Supervisor, namespaces is null ? null : options.WorkDirectory) };

        var nested = new NestedContainers(
            containers, starter, processes, isolation, watch, watched, new NestedRecords(options.WorkDirectory), new NestedLimits(descriptors.Nested, options.MaximumLogBytes), time, log);

        Recover(core, effects, containers, store, checkpoints, log);
        nested.Recover(name => NestedPlace.Of(name, core), core.AgentId);
        nested.Sweep(containers.Alive);
        secrets.RemoveAllBut(containers.Alive);
        await containers.SweepLeftoversAsync(core.Programs.Where(run => run is { Pid: null, Phase: RunPhase.Launching or RunPhase.Ended }).Select(run => run.ContainerId));
        foreach (var container in bridge?.Connected.Except(containers.Alive).ToList() ?? [])
            bridge!.Disconnect(container);
        var flags = new Dictionary<string, string>(options.Flags) { ["isolation"] = isolation.Name };
        var executors = new ExecutorEndpoint(loop, tokens, streams, messages, () => Self(core.AgentId, isolation), time);
        Map(app, loop, executors, paths, files, metrics, new ContainerUsage(loop, isolation, paths.Find, time), link, linkStatus, logging, flags, () => Self(core.AgentId, isolation), nested, log);
        await app.StartAsync(stop);
        port = new Uri(app.Urls.First()).Port;
        endpoint = $"{options.Address}:{port}";
        EndpointFile.Write(options.WorkDirectory, $"http://{endpoint}");
        log.LogInformation("listening on http://{Endpoint}", endpoint);

        using var ending = new CancellationTokenSource();
        var deciding = loop.RunAsync(ending.Token);
        var keepers = Task.WhenAll(
            new LogKeeper(options.MaximumLogBytes, () => containers.Sandboxes, time, log).RunAsync(ending.Token),
            collector.RunAsync(ending.Token),
            store is null ? Task.CompletedTask : new ImageCollector(store, options.Images!.StoreFolder, options.Collection.Headroom, time, log).RunAsync(ending.Token),
            new DiskWatch(loop, paths, new VolumePaths(options.WorkDirectory), new DeletedFiles(isolation), options.Disk, time, log).RunAsync(ending.Token));
        var linked = link.RunAsync(
            () => loop.ReadAsync(state => Register(state, isolation, volumes, workDirectoryId)),
            message => HandleAsync(message, loop, link, checkpoints, volumes, log),
            async () => await loop.PostAsync(new AgentInput.LinkLost()),
            stop);
        await linked;
        await nested.EndAllAsync();
        if (options.StopTasksOnExit)
            await EndAllAsync(loop, containers, log);
        await ending.CancelAsync();
        await Task.WhenAll(deciding, keepers);
        streams.CompleteAll();
        await app.StopAsync(CancellationToken.None);
        log.LogInformation("stopped; {Count} tasks live on", containers.Alive.Count);
    }

    private Fetcher BuildFetcher(ILogger log)
    {
        ArtifactCache cache;
        try
        {
            cache = new ArtifactCache(options.CacheDirectory, options.CacheBytes, spoiled => log.LogWarning("{Spoiled}", spoiled));
            cache.RemoveAbandoned();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"--fetcher-cache-dir {options.CacheDirectory} can't be used: {problem.Message}");
        }

        var http = new HttpClient(new FailedConnectionHandler(new SocketsHttpHandler { UseCookies = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10) }))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var limits = new FetchLimits(options.MaximumFetchBytes, options.MaximumArchiveBytes, options.FetchTimeout, options.FetchStallTimeout);
        return new Fetcher(
            cache, new Download(http, new LocalFiles(options.FetchFolders), Random.Shared), new ArchiveUnpacker(limits.UnpackedBytes), limits);
    }

    /// <summary>Two agents on one store would take images from under each other's tasks.</summary>
    private static WorkDirectory LockStore(string folder)
    {
        WorkDirectory.Create("docker-store-dir", folder, AtomicFile.OwnerFolder);
        return WorkDirectory.Lock("docker-store-dir", folder);
    }

    private static void Release(string containerId, SecretFiles secrets, ImageStore? images, BridgeNetwork? bridge)
    {
        secrets.Remove(containerId);
        images?.LetGo(containerId);
        bridge?.Disconnect(containerId);
    }

    private static string GroupName(string workDirectory) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(workDirectory)))[..12];

    private void Map(
        WebApplication app, AgentLoop loop, ExecutorEndpoint executors, SandboxPaths paths, SandboxFiles files, AgentMetrics metrics, ContainerUsage usage,
        MasterLink link, LinkStatus linkStatus, LoggingLevel logging, Dictionary<string, string> flags, Func<AgentInfo> self, NestedContainers nested, ILogger log)
    {
        var rights = new AgentRights(loop, options.Access);
        var api = new OperatorApi(loop, files, metrics, self, flags) { Usage = usage, Link = linkStatus, Rights = rights, LoggingLevel = logging, Nested = new NestedEndpoint(loop, nested, rights, time, log), Input = new InputEndpoint(nested, rights) };
        var older = new OlderEndpoints(
            new OlderState(loop, paths, self, () => link.Master.Host, flags, time), usage, metrics, linkStatus, rights, flags);
        HttpServer.Map(app, options, api, executors, older, new SandboxEndpoints(files, rights));
    }

    private static async Task HandleAsync(
        AgentEvent message, AgentLoop loop, MasterLink link, CheckpointStore checkpoints, AgentVolumes volumes, ILogger log)
    {
        if (LinkEvents.Missing(message) is { } missing)
        {
            log.LogWarning("{Type} of the master came without its {Part} and is left out", message.Type, missing);
            return;
        }

        switch (message.Type)
        {
            case AgentEvent.Types.Type.Registered:
                checkpoints.WriteAgentId(message.Registered.AgentId.Value);
                volumes.Match(message.Registered.ConvertedResources);
                log.LogInformation("registered as {AgentId}", message.Registered.AgentId.Value);
                break;
            case AgentEvent.Types.Type.ApplyOperation:
                link.Send(new AgentCall { Type = AgentCall.Types.Type.UpdateOperation, UpdateOperation = volumes.Apply(message.ApplyOperation) });
                break;
            case AgentEvent.Types.Type.Shutdown:
                log.LogWarning("the master has given this agent up: {Reason}", message.Shutdown.Message);
                checkpoints.ForgetAgentId();
                link.Reset();
                break;
            default:
                break;
        }

        if (LinkEvents.ToInput(message, Guid.NewGuid) is { } input)
            await loop.PostAsync(input);
    }

    private void Recover(AgentCore core, AgentEffects effects, Containers containers, ImageStore? images, CheckpointStore checkpoints, ILogger log)
    {
        var known = checkpoints.ReadAgentId();
        var recovered = core.Recover(known, checkpoints.ReadRuns(), AgentTime.Of(time));
        if (known.Length == 0 && core.AgentId.Length > 0)
        {
            log.LogWarning("This agent's own id was lost; it is {AgentId} by its tasks", core.AgentId);
            checkpoints.WriteAgentId(core.AgentId);
        }

        foreach (var run in core.Programs.Where(run => run.Phase is RunPhase.Running or RunPhase.Ending))
        {
            if (RunImage.Read(checkpoints.RunDirectory(run.ContainerId)) is { } image)
                images?.Hold(run.ContainerId, image.Id);
            // Without a process id of this boot: there is only its end to be told.
            containers.Adopt(run, run.Pid is null ? null : SupervisorFiles.ReadStarted(checkpoints.RunDirectory(run.ContainerId)));
        }

        effects.CarryOut(recovered);
    }

    private static async Task EndAllAsync(AgentLoop loop, Containers containers, ILogger log)
    {
        log.LogInformation("ending {Count} tasks", containers.Alive.Count);
        await loop.PostAsync(new AgentInput.Shutdown("the agent is being stopped"));
        var patience = TimeProvider.System.GetTimestamp();
        while (containers.Alive.Count > 0 || await loop.ReadAsync(core => core.Runs.Count + core.Executors.Count) > 0)
        {
            if (TimeProvider.System.GetElapsedTime(patience) > LongestStop)
            {
                log.LogError("gave up on {Count} tasks that do not end", containers.Alive.Count);
                break;
            }

            await Task.Delay(10);
        }
    }

    private AgentCall.Types.Register? Register(AgentCore core, ContainerIsolation isolation, AgentVolumes volumes, string workDirectoryId)
    {
        if (core.Leaving)
            return null;
        var register = new AgentCall.Types.Register { AgentInfo = Self(core.AgentId, isolation), Version = AgentVersion.Text, WorkDirectoryId = workDirectoryId };
        register.ConvertedResources.Add(volumes.Converted.ToMessages());
        core.AddTo(register);
        return register;
    }

    private AgentInfo Self(string agentId, ContainerIsolation isolation)
    {
        var info = new AgentInfo { Hostname = options.HostName, Port = port };
        info.Resources.AddRange(options.Resources);
        info.Attributes.AddRange(options.Attributes);
        if (!options.Attributes.Any(each => each.Name == "isolation"))
        {
            info.Attributes.Add(new AgentAttribute
            {
                Name = "isolation",
                Type = Value.Types.Type.Text,
                Text = new Value.Types.Text { Value = isolation.Name },
            });
        }

        if (agentId.Length > 0)
            info.Id = new AgentID { Value = agentId };
        return info;
    }
}

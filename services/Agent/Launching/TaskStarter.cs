using System.Runtime.InteropServices;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Checkpoints;
using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Executors;
using DataPlatform.Services.Agent.Fetching;
using DataPlatform.Services.Agent.Images;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Logs;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Networks;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Agent.Volumes;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>Brings one task to life: sandbox, artifacts, limits, supervisor, in this order.</summary>
internal sealed class TaskStarter(
    AgentOptions options,
    SandboxPaths sandboxes,
    CheckpointStore checkpoints,
    VolumePlacement volumes,
    Fetcher fetcher,
    ContainerIsolation isolation,
    TaskProcesses processes,
    LogKeeping logs,
    ExecutorEnvironment executors,
    ImageSupport images,
    Func<string> endpoint,
    int starts) : IDisposable
{
    // Each start holds a thread and some descriptors for some milliseconds: many at once would only make many threads.
    private readonly SemaphoreSlim starting = new(starts);
    private readonly HostUser agentUser = HostUser.Current();
    private readonly TaskUsers users = new(options.TaskUsers, HostUser.Current(), HostUser.Find);

    public void Dispose() => starting.Dispose();

    /// <returns>The supervisor, after it has said that it is there.</returns>
    /// <exception cref="LaunchException">Refused, with what to tell the framework.</exception>
    public async Task<ProcessIdentity> StartAsync(TaskRun run, string agentId, CancellationToken cancellation)
    {
        if (TaskAdmission.Refusal(run.Framework, run.Task, run.Pod?.Executor) is { } refusal)
            throw new LaunchException(refusal);
        if (ListeningPorts.TakenFrom(run.Task) is { } port)
            throw new LaunchException($"Port {port} was offered to the task, but something on this host listens on it already");
        var user = users.Of(run.Task.Command.User is { Length: > 0 } own ? own : run.Framework.User, run.Key.FrameworkId);
        var sandbox = Step("make the sandbox", () =>
        {
            checkpoints.WriteRun(run);
            var made = Sandbox.Create(sandboxes, agentId, run, user);
            processes.PrepareSandbox(made.Path, user);
            return made;
        });
        var image = await ImageOfAsync(run, cancellation);
        var placed = Step("give the task its volumes", () => volumes.Place(run, sandbox.Path, user));
        try
        {
            await fetcher.FetchAsync(
                new FetchOrder(run.Task.Command.Uris, run.ContainerId, checkpoints.RunDirectory(run.ContainerId), sandbox.Path, user, FetchOrder.DiskBytesOf(run.Task)),
                cancellation);
        }
        catch (FetchException problem)
        {
            throw new LaunchException(problem.Message);
        }

        await starting.WaitAsync(cancellation);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            var supervisor = Step("start the task", () =>
            {
                sandbox.HandOver();
                return Spawn(run, ContextOf(run, agentId, sandbox.Path, user, image) with { Folders = placed.Shown, Mounts = placed.Mounts });
            });
            // Until then this agent holds its pipes: more at a time than are counted on must not be.
            await logs.WhenOpenedAsync(run.ContainerId);
            return supervisor;
        }
        finally
        {
            starting.Release();
        }
    }

    /// <summary>For what is to run beside a task that has been started, be it by this process or an earlier one.</summary>
    public TaskContext ContextOf(TaskRun run, string agentId)
    {
        var sandbox = sandboxes.Find(run) ?? sandboxes.Run(agentId, run);
        // Not whom it would run as if it were started now: the settings may have changed since.
        var user = agentUser.Id == 0 ? HostUser.OwnerOf(sandbox) : null;
        return ContextOf(run, agentId, sandbox, user, RunImage.Read(checkpoints.RunDirectory(run.ContainerId)));
    }

    public ContainerLimits LimitsOf(IReadOnlyCollection<Resource> resources) => ContainerLimits.Of(resources, options.EnforceCpu, ProcessLimit);

    /// <summary>Null for a task that runs from this host's files.</summary>
    private async Task<ContainerImage?> ImageOfAsync(TaskRun run, CancellationToken cancellation)
    {
        if (ImageRequest.Of(run.Task.Container) is not { } request)
            return null;
        if (images is not ImageSupport.Ready ready)
            throw new LaunchException($"task.container: this agent runs nothing from images: {((ImageSupport.None)images).Reason}");
        if (request.Network is TaskNetwork.Bridge && images is ImageSupport.Ready { WhyNoBridge: { } reason })
            throw new LaunchException($"task.container.docker.network BRIDGE: {reason}; HOST and NONE are allowed on this agent");
        try
        {
            var image = await ready.Store.TakeAsync(request.Image, request.Fresh, run.ContainerId, cancellation);
            RunImage.Write(checkpoints.RunDirectory(run.ContainerId), image);
            _ = ImageCommand.Of(run.Task.Command, request, image);
            return image;
        }
        catch (Exception problem) when (problem is IOException or InvalidOperationException)
        {
            throw new LaunchException($"task.container: {problem.Message}");
        }
    }

    private TaskContext ContextOf(TaskRun run, string agentId, string sandbox, HostUser? user, ContainerImage? image)
    {
        var request = ImageRequest.Of(run.Task.Container);
        var seen = image is null ? sandbox : ContainerRoot.Sandbox;
        var folder = image is null ? sandbox : request?.WorkingDirectory ?? (image.WorkingDirectory.Length > 0 ? image.WorkingDirectory : seen);
        var environment = TaskEnvironment.Of(
            run.Framework, run.Task, run.ExecutorId, run.ContainerId, agentId, seen, endpoint(), (user ?? agentUser).Name,
            image is null ? null : image.Variables.Concat(request?.Environment ?? []));
        environment["PWD"] = folder;
        if (run.ProgramOf is { } executor)
            executors.AddTo(environment, executor);
        return new TaskContext(sandbox, environment, user)
        {
            Image = image, WorkingDirectory = folder, Network = request?.Network ?? new TaskNetwork.OfHost(),
            HostName = run.Task.Container is { HasHostname: true, Hostname: var name } ? name : null,
        };
    }

    // One for the supervisor, who is of the task as well.
    private long ProcessLimit => options.ProcessLimit > 0 ? options.ProcessLimit + 1 : 0;

    private ProcessIdentity Spawn(TaskRun run, TaskContext context)
    {
        isolation.Prepare(run.ContainerId, ContainerLimits.Of(run.Task, options.EnforceCpu, ProcessLimit));
        return processes.Start(run.ContainerId, checkpoints.RunDirectory(run.ContainerId), context, CommandOf(run.Task, context.Image));
    }

    private static IReadOnlyList<string> CommandOf(TaskInfo task, ContainerImage? image) =>
        image is null ? CommandLine.Of(task.Command) : ImageCommand.Of(task.Command, ImageRequest.Of(task.Container)!, image);

    private static T Step<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (IOException problem)
        {
            throw new LaunchException($"Could not {what}: {DiskSpace.Explain(problem)}");
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new LaunchException($"Could not {what}: {problem.Message}");
        }
    }
}

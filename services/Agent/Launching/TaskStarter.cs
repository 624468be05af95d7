using System.Runtime.InteropServices;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Checkpoints;
using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Executors;
using DataPlatform.Services.Agent.Fetching;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Logs;
using DataPlatform.Services.Agent.Native;
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

        var environment = EnvironmentOf(run, agentId, sandbox.Path, user);
        await starting.WaitAsync(cancellation);
        try
        {
            cancellation.ThrowIfCancellationRequested();
            var supervisor = Step("start the task", () =>
            {
                sandbox.HandOver();
                return Spawn(run, sandbox, placed, environment, user);
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
        return new TaskContext(sandbox, EnvironmentOf(run, agentId, sandbox, user), user);
    }

    public ContainerLimits LimitsOf(IReadOnlyCollection<Resource> resources) => ContainerLimits.Of(resources, options.EnforceCpu, ProcessLimit);

    private Dictionary<string, string> EnvironmentOf(TaskRun run, string agentId, string sandbox, HostUser? user)
    {
        var environment = TaskEnvironment.Of(
            run.Framework, run.Task, run.ExecutorId, run.ContainerId, agentId, sandbox, endpoint(), (user ?? agentUser).Name);
        if (run.ProgramOf is { } executor)
            executors.AddTo(environment, executor);
        return environment;
    }

    // One for the supervisor, who is of the task as well.
    private long ProcessLimit => options.ProcessLimit > 0 ? options.ProcessLimit + 1 : 0;

    private ProcessIdentity Spawn(TaskRun run, Sandbox sandbox, PlacedVolumes volumesOfTask, Dictionary<string, string> environment, HostUser? user)
    {
        isolation.Prepare(run.ContainerId, ContainerLimits.Of(run.Task, options.EnforceCpu, ProcessLimit));
        return processes.Start(
            run.ContainerId, checkpoints.RunDirectory(run.ContainerId), new TaskContext(sandbox.Path, environment, user) { Folders = volumesOfTask.Shown, Mounts = volumesOfTask.Mounts },
            CommandLine.Of(run.Task.Command));
    }

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

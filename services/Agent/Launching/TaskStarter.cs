using System.Runtime.InteropServices;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Checkpoints;
using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Fetching;
using DataPlatform.Services.Agent.Isolation;
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
    VolumeLinks volumes,
    Fetcher fetcher,
    ContainerIsolation isolation,
    Func<string> endpoint)
{
    private readonly string script = WriteScript(options.WorkDirectory);
    private readonly HostUser agentUser = HostUser.Current();

    /// <returns>The supervisor, after it has said that it is there.</returns>
    /// <exception cref="LaunchException">Refused, with what to tell the framework.</exception>
    public async Task<ProcessIdentity> StartAsync(TaskRun run, string agentId, CancellationToken cancellation)
    {
        if (TaskAdmission.Refusal(run.Framework, run.Task, run.Pod?.Executor) is { } refusal)
            throw new LaunchException(refusal);
        if (ListeningPorts.TakenFrom(run.Task) is { } port)
            throw new LaunchException($"Port {port} was offered to the task, but something on this host listens on it already");
        var user = UserOf(run);
        var sandbox = Step("make the sandbox", () =>
        {
            checkpoints.WriteRun(run);
            return Sandbox.Create(sandboxes, agentId, run, user);
        });
        Step("give the task its volumes", () =>
        {
            volumes.Place(run, sandbox.Path, user);
            return true;
        });
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
        cancellation.ThrowIfCancellationRequested();
        return Step("start the task", () =>
        {
            sandbox.HandOver();
            return Spawn(run, sandbox, environment, user);
        });
    }

    /// <summary>For what is to run beside a task that has been started, be it by this process or an earlier one.</summary>
    public TaskContext ContextOf(TaskRun run, string agentId)
    {
        var sandbox = sandboxes.Find(run) ?? sandboxes.Run(agentId, run);
        var user = UserOf(run);
        return new TaskContext(sandbox, EnvironmentOf(run, agentId, sandbox, user), user, isolation.Joins(run.ContainerId));
    }

    private Dictionary<string, string> EnvironmentOf(TaskRun run, string agentId, string sandbox, HostUser? user) => TaskEnvironment.Of(
        run.Framework, run.Task, run.ExecutorId, run.ContainerId, agentId, sandbox, endpoint(), (user ?? agentUser).Name);

    private ProcessIdentity Spawn(TaskRun run, Sandbox sandbox, Dictionary<string, string> environment, HostUser? user)
    {
        var joins = isolation.Prepare(run.ContainerId, ContainerLimits.Of(run.Task, options.EnforceCpu, options.ProcessLimit));
        var command = CommandLine.Of(run.Task.Command);
        if (user is not null)
            command = CommandLine.As(user, command);
        List<string> arguments =
        [
            "sh", script, checkpoints.RunDirectory(run.ContainerId),
            joins.Count.ToString(System.Globalization.CultureInfo.InvariantCulture), .. joins, .. command,
        ];
        var pid = Native.Spawn.Start("/bin/sh", arguments, environment, sandbox.Path, sandbox.StandardOutput, sandbox.StandardError);
        // Our child is not collected before this, so that its id and start time are surely its own.
        return new ProcessIdentity(pid, ProcessStat.Of(pid)!.Value.StartTicks);
    }

    private HostUser? UserOf(TaskRun run)
    {
        var name = run.Task.Command.User is { Length: > 0 } own ? own : run.Framework.User;
        if (!options.SwitchUser || name.Length == 0 || name == agentUser.Name)
            return null;
        if (agentUser.Id != 0)
            throw new LaunchException($"The task is to run as user '{name}', but this agent runs as '{agentUser.Name}' and only root can switch users (see --no-switch-user)");
        return HostUser.Find(name) ?? throw new LaunchException(LaunchFailure.Dropped($"The task is to run as user '{name}', whom this host does not know"));
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

    private static string WriteScript(string workDirectory)
    {
        using var stream = typeof(TaskStarter).Assembly.GetManifestResourceStream("supervise.sh")!;
        using var reader = new StreamReader(stream);
        var path = Path.Combine(workDirectory, "meta", "supervise.sh");
        AtomicFile.Write(path, reader.ReadToEnd());
        return path;
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Images;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Logs;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Networks;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>
/// Starts the processes of tasks: as their user, in their groups, within their bounds, seeing what they may see. The first
/// instruction of anything that a task brought along, variables of its environment included, comes after all of that.
/// </summary>
/// <param name="namespaces">Null where the host permits none.</param>
/// <param name="bridge">Null where no container gets an address.</param>
/// <param name="openFilesWanted">Most descriptors of one process; where the host's own bound is lower, that one counts.</param>
internal sealed class TaskProcesses(string workDirectory, ContainerIsolation isolation, TaskNamespaces? namespaces, BridgeNetwork? bridge, LogKeeping logs, ulong openFilesWanted)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const string HostUsers = "/etc/passwd";
    private const uint OpenTemporaryFolder = 0x3FF; // 01777

    // Waits for the word to go, so that a check counts within the task's limits and ends with it.
    private const string WaitAndRun = "read -r go <&3 && [ \"$go\" = go ] || exit 125; exec 3<&-; ulimit -c 0; ulimit -n \"$1\"; shift; exec \"$@\"";
    private readonly string openFiles = Math.Min(openFilesWanted, ProcessLimits.OfOpenFiles().Most).ToString(CultureInfo.InvariantCulture);
    private readonly string script = ReadScript("supervise.sh");
    private readonly string nestedScript = ReadScript("supervise-nested.sh");

    /// <summary>Before anything is fetched into the sandbox, which could be a link of that name.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public void PrepareSandbox(string sandbox, HostUser? user)
    {
        if (namespaces is null)
            return;
        var folder = TaskNamespaces.TemporaryFolder(sandbox);
        Directory.CreateDirectory(folder);
        if ((user is not null && Libc.lchown(folder, user.Id, user.GroupId) != 0) || Libc.chmod(folder, OpenTemporaryFolder) != 0)
            throw new IOException($"Cannot make '{folder}': {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <returns>The supervisor; the task may already run, or have ended.</returns>
    /// <exception cref="IOException">Something of it can't be done; then nothing runs.</exception>
    public ProcessIdentity Start(string containerId, string runDirectory, TaskContext context, IReadOnlyList<string> command)
    {
        var pipes = LogPipes.Make(runDirectory, context.User);
        try
        {
            return Start(containerId, runDirectory, context, pipes, command);
        }
        catch
        {
            pipes.Dispose();
            throw;
        }
    }

    private ProcessIdentity Start(string containerId, string runDirectory, TaskContext context, LogPipes pipes, IReadOnlyList<string> command)
    {
        using var status = SupervisorFiles.CreateStatus(runDirectory);
        using var gate = new Gate();
        using var before = context.User is null && namespaces is null ? null : new SystemCalls();
        using var held = before is null ? null : Prepare(before, runDirectory, context);
        var pid = Spawn.Start(new ProcessStart(
            "/bin/sh", ["sh", "-c", script, "supervise", openFiles, context.Image is null ? "." : context.WorkingDirectory, .. command], context.Environment, context.Sandbox,
            [pipes.OutputEnd, pipes.ErrorEnd, status, gate.Outer, pipes.HeldOutput, pipes.HeldError]) { Before = before });
        pipes.CloseEnds();
        try
        {
            // Our child is not collected before this, so that its id and start time are surely its own.
            var supervisor = new ProcessIdentity(pid, ProcessStat.Of(pid)!.Value.StartTicks);
            Join(containerId, pid);
            if (namespaces is not null)
                TaskNamespaces.MountProcesses(supervisor, readOnly: context.User?.Id == 0);
            if (context.Image is not null)
                ContainerRoot.Enter(supervisor, ContainerMounts.Of(context.Sandbox, namespaces!.Shared, context.Mounts, UsersPath(runDirectory)), [context.WorkingDirectory]);
            if (context.Network.IsOwn)
                NetworkNamespace.RaiseLoopback(supervisor);
            if (context.Network is TaskNetwork.Bridge { Ports: var ports })
                (bridge ?? throw new IOException("This agent has no bridge for containers")).Connect(containerId, supervisor, ports);
            File.Delete(UsersPath(runDirectory)); // What is mounted stays.
            SupervisorFiles.WriteStarted(runDirectory, pid);
            logs.Keep(containerId, runDirectory, context.Sandbox, pipes);
            gate.Open();
            return supervisor;
        }
        catch
        {
            End(pid);
            throw;
        }
    }

    /// <summary>Beside a task that runs, as a part of it.</summary>
    /// <param name="containerId">The task's, or one below it.</param>
    /// <param name="first">The task's supervisor.</param>
    /// <param name="ends">Null: what is written is lost.</param>
    /// <exception cref="IOException">The task has ended, or something can't be done; then nothing runs.</exception>
    public ProcessIdentity StartBeside(string containerId, ProcessIdentity first, TaskContext context, IReadOnlyList<string> command, StandardEnds? ends = null)
    {
        using var gate = new Gate();
        return StartBeside(containerId, first, context, gate, null, new ProcessStart(
            "/bin/sh", ["sh", "-c", WaitAndRun, "sh", openFiles, .. command], context.Environment, context.WorkingDirectory, [ends?.Output, ends?.Error, gate.Outer])
        {
            Input = ends?.Input, Terminal = ends?.Terminal,
        });
    }

    /// <summary>The same, to outlive this agent: with a supervisor of its own, which leaves the exit status in a folder.</summary>
    /// <param name="pipes">In that folder.</param>
    /// <returns>The supervisor.</returns>
    /// <inheritdoc cref="StartBeside(string, ProcessIdentity, TaskContext, IReadOnlyList{string}, StandardEnds?)"/>
    public ProcessIdentity StartSupervisedBeside(string containerId, string runDirectory, ProcessIdentity first, TaskContext context, IReadOnlyList<string> command, LogPipes pipes)
    {
        using var gate = new Gate();
        using var status = SupervisorFiles.CreateStatus(runDirectory);
        using var never = LogPipes.MakeHeld(Path.Combine(runDirectory, "never.pipe"));
        return StartBeside(containerId, first, context, gate, runDirectory, new ProcessStart(
            "/bin/sh", ["sh", "-c", nestedScript, "supervise", openFiles, .. command], context.Environment, context.WorkingDirectory,
            [pipes.OutputEnd, pipes.ErrorEnd, status, gate.Outer, pipes.HeldOutput, pipes.HeldError, never]));
    }

    private ProcessIdentity StartBeside(string containerId, ProcessIdentity first, TaskContext context, Gate gate, string? runDirectory, ProcessStart start)
    {
        using var before = context.User is null && namespaces is null ? null : new SystemCalls();
        using var held = before is null || namespaces is null ? null : TaskNamespaces.Join(before, first);
        if (before is not null && context.User is { } user)
            TaskRights.GiveUp(before, user);
        var pid = Spawn.Start(start with { Before = before });
        try
        {
            var process = new ProcessIdentity(pid, ProcessStat.Of(pid)!.Value.StartTicks);
            Join(containerId, pid);
            if (runDirectory is not null)
                SupervisorFiles.WriteStarted(runDirectory, pid);
            gate.Open();
            return process;
        }
        catch
        {
            End(pid);
            throw;
        }
    }

    private IDisposable? Prepare(SystemCalls before, string runDirectory, TaskContext context)
    {
        IDisposable? held = null;
        var users = UsersPath(runDirectory);
        try
        {
            if (namespaces is not null)
            {
                if (context.Network.IsOwn)
                    TaskNamespaces.OwnNetwork(before);
                if (context.HostName is { } name)
                    TaskNamespaces.OwnName(before, name);
                held = context.Image is { } image ? MakeFor(image, before, users, context) : Make(before, users, context);
            }
            else if (context.Mounts.Count > 0 || context.HostName is not null)
            {
                throw new IOException($"{(context.Mounts.Count > 0 ? $"{context.Mounts[0].Source} can't be shown at {context.Mounts[0].Target}" : "task.container.hostname can't be had")}: this agent can give tasks nothing of their own, as its log says");
            }
            else
            {
                LetThrough(context.Sandbox);
            }

            if (context.User is { } user)
                TaskRights.GiveUp(before, user);
            return held;
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    private IDisposable Make(SystemCalls before, string users, TaskContext context)
    {
        var known = context.User is not { } named || HostUser.Find(named.Name) is not null;
        if (!known)
            WriteUsers(users, File.ReadAllText(HostUsers), context.User!, context.Sandbox);
        return namespaces!.Make(before, [context.Sandbox, .. context.Folders], context.Mounts, null, context.User?.Id == 0, known ? null : users);
    }

    /// <summary>The rest, once there is a first process: see <see cref="ContainerRoot.Enter"/>.</summary>
    private IDisposable MakeFor(ContainerImage image, SystemCalls before, string users, TaskContext context)
    {
        WriteUsers(users, image.ReadUsers() ?? "root:x:0:0:root:/root:/bin/sh\n", context.User!, ContainerRoot.Sandbox);
        return namespaces!.Make(before, [context.Sandbox], [], image, context.User!.Id == 0, null);
    }

    private static string UsersPath(string runDirectory) => Path.Combine(runDirectory, "passwd");

    /// <summary>Programs ask the user database who they are, and not all of them live with no answer (the JVM's login modules don't).</summary>
    private static void WriteUsers(string path, string known, HostUser user, string home)
    {
        // The first that bears a name or id counts.
        var own = string.Create(CultureInfo.InvariantCulture, $"{user.Name}:x:{user.Id}:{user.GroupId}::{home}:/bin/sh\n");
        File.WriteAllText(path, user.Id == 0 ? known : own + known);
        File.SetUnixFileMode(path, Readable);
    }

    /// <summary>Without namespaces the way to the sandbox is the host's own: open to walk through, not to look around in.</summary>
    private void LetThrough(string sandbox)
    {
        for (var folder = Path.GetDirectoryName(sandbox); folder is not null && folder.Length >= workDirectory.Length; folder = Path.GetDirectoryName(folder))
        {
            var mode = File.GetUnixFileMode(folder);
            if ((mode & UnixFileMode.OtherExecute) == 0)
                File.SetUnixFileMode(folder, mode | UnixFileMode.OtherExecute);
        }
    }

    private void Join(string containerId, int pid)
    {
        foreach (var group in isolation.Joins(containerId))
            CgroupFiles.Write(group, pid);
    }

    private static void End(int pid)
    {
        _ = Libc.kill(pid, Libc.SignalKill);
        _ = Spawn.CollectEnd(pid);
    }

    private static string ReadScript(string name)
    {
        using var stream = typeof(TaskProcesses).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return string.Join('\n', reader.ReadToEnd().Split('\n').Where(line => !line.StartsWith('#')));
    }
}

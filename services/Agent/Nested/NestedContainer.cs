using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Serving;
using DataPlatform.Services.Agent.Serving.Authentication;
using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using DataType = DataPlatform.Core.Protocol.Mesos.ProcessIO.Types.Data.Types.Type;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>
/// A container within a task's: its first process and all that this has started. With the first process all others end, and what they
/// wrote until then goes to whoever reads it.
/// </summary>
internal sealed class NestedContainer(NestedId id, TaskRun task, NestedEnds ends, string? keptIn, string? runDirectory, ContainerIsolation isolation, TimeProvider time)
{
    private const int BufferSize = 16 * 1024;
    private const int MostReaders = 8;
    private const int SignalBits = 0x7F;

    /// <summary>For what is still in the pipes when no process is left; somebody else may hold them open.</summary>
    private static readonly TimeSpan DrainFor = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan KillPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestKillPause = TimeSpan.FromMilliseconds(250);

    /// <summary>For a supervisor to start the container's first process, and to end after its last.</summary>
    private static readonly TimeSpan SupervisorActsWithin = TimeSpan.FromSeconds(2);

    private readonly string group = id.Group;
    private readonly Lock gate = new();
    private readonly List<ProcessOutput> readers = [];
    private readonly TaskCompletionSource<int?> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool over;
    private bool silent;

    public NestedId Id { get; } = id;

    public TaskKey TaskKey { get; } = task.Key;

    /// <summary>Of the task's executor, as people know it.</summary>
    public string ExecutorName { get; } = task.ProgramOf?.Info.Name ?? AgentViews.ExecutorName(task.Task);

    /// <summary>Whose the task is, as rights name it.</summary>
    public string User { get; } = TaskUser.Of(task);

    /// <summary>Where its supervisor leaves its exit status, so that it outlives this agent; null: it ends with it.</summary>
    public string? RunDirectory { get; } = runDirectory;

    /// <summary>Its supervisor where it has one, else its first process; known from the start on.</summary>
    public ProcessIdentity Process { get; private set; }

    /// <summary>Of the container's first process, as this host counts.</summary>
    public int FirstPid => (RunDirectory is null ? null : FirstProcessNow()) ?? Process.Pid;

    /// <summary>The sandbox in which what it wrote is kept; null: nothing is.</summary>
    public string? KeptIn { get; } = keptIn;

    /// <summary>Null: it takes no input.</summary>
    public ProcessInput? Input => ends.Input;

    public bool HasTerminal => ends.Terminal is not null;

    /// <summary>What wait(2) told of the first process, once no process is left; null when that is not known.</summary>
    public Task<int?> Ended => ended.Task;

    /// <summary>Null when it has ended or has too many already; <paramref name="why"/> then says so.</summary>
    public bool TryAdd(ProcessOutput reader, out string why)
    {
        lock (gate)
        {
            why = silent ? "has ended" : readers.Count >= MostReaders ? $"has {MostReaders} readers already, which is all that it may have" : "";
            if (why.Length == 0)
                readers.Add(reader);
            return why.Length == 0;
        }
    }

    public void Remove(ProcessOutput reader)
    {
        lock (gate)
            readers.Remove(reader);
    }

    /// <summary>Of the first process; SIGKILL is for all. False when it has ended.</summary>
    public bool Signal(int signal)
    {
        lock (gate)
        {
            if (over)
                return false;
            if (signal != Libc.SignalKill)
                return (RunDirectory is null ? Process.Pid : FirstProcess()) is { } first && Libc.kill(first, signal) == 0;
            if (RunDirectory is not null)
            {
                _ = Task.Run(KillBelowSupervisorAsync);
                return true;
            }

            // Not by the group alone: where there are none, a process in its first moments is not known as a member.
            isolation.KillMembers(group, null);
            _ = Libc.kill(Process.Pid, Libc.SignalKill);
            return true;
        }
    }

    /// <summary>Of no effect without a terminal.</summary>
    public void Resize(WindowSize size)
    {
        lock (gate)
        {
            if (!silent)
                ends.Terminal?.Resize(size.Rows, size.Columns);
        }
    }

    /// <summary>No process of it is to be started any more.</summary>
    public bool IsOver
    {
        get
        {
            lock (gate)
                return over;
        }
    }

    /// <summary>From the start of its first process to the end of everything.</summary>
    /// <param name="innerEnded">Completes when those within it have ended, which have no process any more then.</param>
    public async Task RunAsync(ProcessIdentity process, ProcessWatch watch, DescriptorWatch descriptors, Func<Task> innerEnded)
    {
        Process = process;
        int? status = null;
        try
        {
            using var stop = new CancellationTokenSource();
            var pumps = Task.WhenAll(ends.Outputs.Select(each => PumpAsync(each.From, each.Type, each.Log, descriptors, stop.Token)));
            await watch.WhenOver(process);
            lock (gate)
            {
                over = true;
                status = Spawn.CollectWaitStatus(process.Pid);
            }

            await KillRestAsync();
            if (RunDirectory is not null)
                status = SupervisorFiles.ReadExitStatus(RunDirectory) is { } told ? WaitStatus.Of(told) : status is { } end && (end & SignalBits) != 0 ? end : null;
            await innerEnded();
            await Task.WhenAny(pumps, Task.Delay(DrainFor, time, stop.Token));
            await stop.CancelAsync();
            await pumps;
        }
        finally
        {
            isolation.Remove(group);
            lock (gate)
            {
                silent = true;
                readers.ForEach(each => each.Complete());
                ends.Dispose();
            }

            ended.SetResult(status);
        }
    }

    /// <summary>Of the container, whose supervisor may be about to start it. Null when there is none any more.</summary>
    private int? FirstProcess()
    {
        for (var began = time.GetTimestamp(); ;)
        {
            if (FirstProcessNow() is { } first)
                return first;
            if (!ProcessStat.IsAlive(Process) || time.GetElapsedTime(began) > SupervisorActsWithin)
                return null;
            Thread.Sleep(KillPause);
        }
    }

    private int? FirstProcessNow() =>
        isolation.Members(group, Process.Pid).Where(pid => ProcessStat.Of(pid) is { IsZombie: false } stat && stat.Parent == Process.Pid).Select(pid => (int?)pid).FirstOrDefault();

    /// <summary>The supervisor is left to tell the exit status; it may be about to start the container.</summary>
    private async Task KillBelowSupervisorAsync()
    {
        for (var began = time.GetTimestamp(); !IsOver; await Task.Delay(KillPause, time))
        {
            isolation.KillMembers(group, Process.Pid);
            lock (gate)
            {
                if (!over && time.GetElapsedTime(began) > SupervisorActsWithin && ProcessStat.IsAlive(Process))
                    _ = Libc.kill(Process.Pid, Libc.SignalKill);
            }
        }
    }

    /// <summary>Until nothing is left: what withstands is killed again now and then.</summary>
    private async Task KillRestAsync()
    {
        for (var pause = KillPause; isolation.Members(group, null).Count > 0; pause = pause * 2 < LongestKillPause ? pause * 2 : LongestKillPause)
        {
            isolation.KillMembers(group, null);
            await Task.Delay(pause, time);
        }
    }

    private async Task PumpAsync(SafeFileHandle from, DataType type, NestedLog? log, DescriptorWatch descriptors, CancellationToken stop)
    {
        await Task.Yield(); // Who starts it need not read for it.
        var buffer = new byte[BufferSize];
        try
        {
            while (true)
            {
                var count = DescriptorWatch.Read(from, buffer);
                if (count == 0)
                    return;
                if (count < 0)
                {
                    await descriptors.WhenReadable(from, stop);
                    continue;
                }

                if (log is not null)
                    await log.AppendAsync(buffer.AsMemory(0, count), stop);
                await SendAsync(new ProcessIO
                {
                    Type = ProcessIO.Types.Type.Data, Data = new ProcessIO.Types.Data { Type = type, Data_ = ByteString.CopyFrom(buffer, 0, count) },
                });
            }
        }
        catch (OperationCanceledException)
        {
            // The container has ended, and somebody else still holds its output.
        }
    }

    private async ValueTask SendAsync(ProcessIO record)
    {
        List<ProcessOutput> present;
        lock (gate)
            present = [.. readers];
        foreach (var reader in present)
            await reader.SendAsync(record);
    }
}

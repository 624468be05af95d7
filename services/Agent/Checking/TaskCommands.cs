using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Checking;

/// <summary>Runs commands beside this host's tasks, as a part of them.</summary>
internal sealed class TaskCommands(TaskProcesses processes, ProcessWatch watch)
{
    private const int Killed = 128 + Libc.SignalKill;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);

    /// <param name="ends">Null: what is written is lost.</param>
    /// <param name="meanwhile">Done once the command has begun; its status is asked for afterwards.</param>
    /// <param name="bound">When it is over first, the command is killed.</param>
    /// <returns>The exit status; -1 when it is not known.</returns>
    /// <exception cref="IOException">It can't be started.</exception>
    public async Task<int> RunAsync(CommandInfo command, CheckedTask task, StandardEnds? ends, Func<Task> meanwhile, CancellationToken bound)
    {
        var environment = new Dictionary<string, string>(task.Context.Environment, StringComparer.Ordinal);
        TaskEnvironment.Add(environment, command.Environment);
        var process = processes.StartBeside(task.ContainerId, task.Supervisor, task.Context with { Environment = environment }, CommandLine.Of(command), ends);
        var ended = watch.WhenEnded(process);
        int status;
        try
        {
            await meanwhile();
            status = await ended.WaitAsync(bound) ?? -1;
        }
        catch (OperationCanceledException)
        {
            _ = Libc.kill(-process.Pid, Libc.SignalKill); // It leads its own group.
            throw;
        }

        if (status == Killed)
            await UntilOverAsync(task);
        return status;
    }

    /// <summary>
    /// What runs beside a task is killed with it, a moment before the task itself can be seen to have ended. Whoever asks next whether it lives is
    /// not to be told yes.
    /// </summary>
    private static async Task UntilOverAsync(CheckedTask task)
    {
        for (var waited = TimeSpan.Zero; waited < Moment && ProcessStat.IsAlive(task.Supervisor); waited += Often)
            await Task.Delay(Often);
    }
}

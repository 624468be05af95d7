using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.ControlPlane.Pool;

namespace DataPlatform.Services.ControlPlane.Exec;

/// <summary>A command that was started, or why it was not.</summary>
public abstract record ExecStart
{
    private ExecStart() { }

    public sealed record Started(AgentSession Session) : ExecStart;

    public sealed record Refused(Problem Problem) : ExecStart;
}

/// <summary>Starts commands beside tasks, at the agents that run these.</summary>
public sealed class TaskExec(AgentClients agents, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Task<ExecStart> Start(TaskView task, string frameworkId, ExecRequest request, CancellationToken cancellation) =>
        Start(task, frameworkId, Command(request), Terminal(request.Terminal), cancellation);

    /// <param name="terminal">Null: pipes.</param>
    public async Task<ExecStart> Start(TaskView task, string frameworkId, CommandInfo command, TTYInfo? terminal, CancellationToken cancellation)
    {
        if (agents.Of(task) is not { } client) return Refused(409, $"{task.Name} has not been placed on a host yet");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            if (await client.FindContainerAsync(frameworkId, task.TaskId, limit.Token) is not { } container) return Refused(409, $"{task.Name} does not run on {task.Host}");
            var id = new ContainerID { Value = Guid.NewGuid().ToString(), Parent = container };
            return new ExecStart.Started(await client.StartSessionAsync(id, command, terminal, time, limit.Token));
        }
        catch (MesosCallException error)
        {
            return Refused(502, $"the agent on {task.Host} refused: {error.Message}");
        }
        catch (Exception error) when (error is HttpRequestException or MessageFormatException or IOException)
        {
            return Refused(503, $"the agent on {task.Host} did not answer: {error.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Refused(503, $"the agent on {task.Host} did not answer within {Patience.TotalSeconds:0} s");
        }
    }

    private static CommandInfo Command(ExecRequest request)
    {
        var command = new CommandInfo { Shell = false, Value = request.Command[0] };
        command.Arguments.Add(request.Command);
        if (request is { Terminal: not null, TerminalType: { Length: > 0 } type })
            command.Environment = new EnvironmentVariables { Variables = { new EnvironmentVariables.Types.Variable { Name = "TERM", Value = type } } };
        return command;
    }

    private static TTYInfo? Terminal(ExecWindow? window) => window is null
        ? null
        : new TTYInfo { WindowSize = new TTYInfo.Types.WindowSize { Rows = (uint)window.Rows, Columns = (uint)window.Columns } };

    private static ExecStart.Refused Refused(int status, string detail) => new(new Problem("The command can't be run", status, detail, null));
}

using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Simulation.Tests;

/// <summary>An agent that keeps to the link's rules: its tasks outlive streams, its updates come again until acknowledged.</summary>
internal sealed class SimulatedAgent(int number, ResourceBag total, SimulatedCluster cluster)
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, SimulatedTask> _tasks = [];
    private string? _id;
    private string? _stream;
    private DateTimeOffset _lastPing;
    private DateTimeOffset _nextRetry;

    /// <summary>Nothing passes in either direction, and nobody is told.</summary>
    public bool IsCutOff { get; set; }

    public ResourceBag Total { get; } = total;

    public IEnumerable<SimulatedTask> Tasks => _tasks.Values;

    public bool IsQuiet => _stream is not null && _tasks.Count == 0;

    public void BreakStream()
    {
        if (_stream is { } stream)
            cluster.Master.CloseAgentStream(stream, cluster.Now);
        _stream = null;
    }

    public void Step(Random chance)
    {
        Work(chance);
        if (IsCutOff)
            return;
        if (_stream is null)
        {
            Register();
            return;
        }

        if (!cluster.Master.TryReceive(_stream, out AgentEvent? received))
        {
            _stream = null;
            return;
        }

        if (received is not null)
            Take(received);
        else if (cluster.Now - _lastPing > cluster.Silence)
            BreakStream();
        if (cluster.Now >= _nextRetry)
            SendAll();
    }

    private void Work(Random chance)
    {
        foreach (var task in _tasks.Values.Where(task => !task.HasEnded).ToList())
        {
            if (chance.Next(4) != 0)
                continue;
            task.Become(task.State switch
            {
                TaskState.TaskStaging => TaskState.TaskRunning,
                _ => chance.Next(10) == 0 ? TaskState.TaskFailed : TaskState.TaskFinished,
            });
            Send(task);
        }
    }

    private void Take(AgentEvent received)
    {
        switch (received.Type)
        {
            case AgentEvent.Types.Type.Registered:
                _id = received.Registered.AgentId.Value;
                _lastPing = cluster.Now;
                SendAll();
                break;
            case AgentEvent.Types.Type.Refused:
                throw new InvalidOperationException($"seed {cluster.Seed}: agent {number} was refused: {received.Refused.Message}");
            case AgentEvent.Types.Type.Ping:
                _lastPing = cluster.Now;
                Call(new AgentCall { Type = AgentCall.Types.Type.Pong });
                break;
            case AgentEvent.Types.Type.RunTask:
                Run(new SimulatedTask(received.RunTask.Framework, received.RunTask.Task));
                break;
            case AgentEvent.Types.Type.KillTask:
                Kill($"{received.KillTask.FrameworkId.Value}/{received.KillTask.TaskId.Value}");
                break;
            case AgentEvent.Types.Type.Acknowledge:
                Acknowledged(received.Acknowledge);
                break;
            case AgentEvent.Types.Type.ShutdownFramework:
                foreach (var task in _tasks.Values.Where(task => task.Framework.Id.Equals(received.ShutdownFramework.FrameworkId)).ToList())
                    _tasks.Remove(task.Key);
                break;
            case AgentEvent.Types.Type.Shutdown:
                _tasks.Clear();
                _id = null;
                BreakStream();
                break;
            default:
                throw new InvalidOperationException($"the simulated agent knows no {received.Type}");
        }
    }

    private void Run(SimulatedTask task)
    {
        cluster.Invariants.Started(task.Key);
        _tasks.Add(task.Key, task);
        cluster.Invariants.AgentHolds(number, Total, _tasks.Values.Where(running => !running.HasEnded));
    }

    private void Kill(string key)
    {
        if (!_tasks.TryGetValue(key, out var task) || task.HasEnded)
            return;
        task.Become(TaskState.TaskKilled);
        Send(task);
    }

    private void Acknowledged(AgentEvent.Types.Acknowledge acknowledge)
    {
        if (!_tasks.TryGetValue($"{acknowledge.FrameworkId.Value}/{acknowledge.TaskId.Value}", out var task)
            || !task.Unacknowledged.TryPeek(out var oldest) || !oldest.Uuid.Equals(acknowledge.Uuid))
            return;
        task.Unacknowledged.Dequeue();
        if (task.HasEnded && task.Unacknowledged.Count == 0)
            _tasks.Remove(task.Key);
        else
            Send(task);
    }

    private void Register()
    {
        _stream = cluster.NewStream();
        _lastPing = cluster.Now;
        cluster.Master.OpenAgentStream(_stream);
        var info = new AgentInfo { Hostname = $"host-{number}", Port = 5051 };
        info.Resources.Add(Total.ToMessages());
        if (_id is not null)
            info.Id = new AgentID { Value = _id };
        var register = new AgentCall.Types.Register { AgentInfo = info, Version = "1" };
        register.Tasks.Add(_tasks.Values.Select(task => task.ToRecord()));
        register.Frameworks.Add(_tasks.Values.Select(task => task.Framework).DistinctBy(framework => framework.Id.Value));
        cluster.Master.Decide(new PoolCommand.RegisterAgent(register, info.Id, _stream, SimulatedCluster.Anyone), cluster.Now);
    }

    private void SendAll()
    {
        _nextRetry = cluster.Now + RetryInterval;
        foreach (var task in _tasks.Values)
            Send(task);
    }

    private void Send(SimulatedTask task)
    {
        if (_id is null || !task.Unacknowledged.TryPeek(out var oldest))
            return;
        // A second copy now and then: the network may deliver what was thought lost.
        for (var copy = cluster.Chance.Next(8) == 0 ? 2 : 1; copy > 0; copy--)
        {
            Call(new AgentCall
            {
                Type = AgentCall.Types.Type.Update,
                Update = new AgentCall.Types.Update { FrameworkId = task.Framework.Id, Status = oldest.Clone(), LatestState = task.State },
            });
        }
    }

    private void Call(AgentCall call)
    {
        if (_stream is null || _id is null || IsCutOff)
            return;
        call.AgentId = new AgentID { Value = _id };
        cluster.Master.Decide(new PoolCommand.AgentRequest(call, _stream, SimulatedCluster.Anyone), cluster.Now);
    }
}

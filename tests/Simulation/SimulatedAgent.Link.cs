using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Link;

namespace DataPlatform.Simulation.Tests;

// What the agent and the master say to each other.
internal sealed partial class SimulatedAgent
{
    public void BreakStream()
    {
        if (stream is not null && !IsMute)
            cluster.Master.CloseAgentStream(stream);
        LoseStream();
    }

    private void Hear(AgentEvent received)
    {
        if (received.Type == AgentEvent.Types.Type.Refused)
            cluster.Invariants.Fail($"agent {number} was refused: {received.Refused.Message}");
        if (received.Type == AgentEvent.Types.Type.Registered)
        {
            Host.AgentId = received.Registered.AgentId.Value;
            isRegistered = true;
        }

        if (!ToldOfVolumes(received))
            return;
        if (received.Type is AgentEvent.Types.Type.Registered or AgentEvent.Types.Type.Ping)
            lastPing = cluster.Steady;
        if (received.Type == AgentEvent.Types.Type.Ping)
            Send(new AgentCall { Type = AgentCall.Types.Type.Pong });
        if (LinkEvents.ToInput(received, cluster.NewUuid) is { } input)
            Take(input);
    }

    /// <summary>False when the agent has ended over it.</summary>
    private bool ToldOfVolumes(AgentEvent received)
    {
        try
        {
            if (received.Type == AgentEvent.Types.Type.Registered)
                volumes.Match(received.Registered.ConvertedResources);
            if (received.Type == AgentEvent.Types.Type.ApplyOperation)
            {
                Send(new AgentCall { Type = AgentCall.Types.Type.UpdateOperation, UpdateOperation = volumes.Apply(received.ApplyOperation) });
                if (cluster.Sabotage == Sabotage.EmptiesResizedVolumes && received.ApplyOperation.Info is { ShrinkVolume: not null } or { GrowVolume: not null })
                    Host.Disk.EmptyAll();
            }

            return true;
        }
        catch (AgentEndedException)
        {
            return false;
        }
    }

    private void LoseStream()
    {
        if (stream is null)
            return;
        (stream, isRegistered) = (null, false);
        Take(new AgentInput.LinkLost());
    }

    private void Register()
    {
        lastPing = cluster.Steady;
        stream = cluster.Master.OpenAgentStream();
        if (IsMute)
            return;
        var info = Self();
        var register = new AgentCall.Types.Register { AgentInfo = info, Version = "1", WorkDirectoryId = Host.WorkDirectoryId };
        register.ConvertedResources.Add(volumes.Converted.ToMessages());
        core.AddTo(register);
        foreach (var task in cluster.Sabotage == Sabotage.ForgetsWhoShares ? register.Tasks : [])
        {
            foreach (var shared in task.Resources.Where(resource => resource.Shared is not null).ToList())
                task.Resources.Remove(shared);
        }

        cluster.Master.Post(new PoolCommand.RegisterAgent(register.Clone(), info.Id, stream, SimulatedCluster.Anyone));
    }

    private AgentInfo Self()
    {
        var info = new AgentInfo { Hostname = $"host-{number}", Port = 5051 };
        info.Resources.Add(Host.Total.ToMessages());
        if (core.AgentId.Length > 0)
            info.Id = new AgentID { Value = core.AgentId };
        return info;
    }

    private void SendUpdate(TaskKey task, TaskReport status, TaskState latest) => Send(new AgentCall
    {
        Type = AgentCall.Types.Type.Update,
        Update = new AgentCall.Types.Update
        {
            FrameworkId = new FrameworkID { Value = task.FrameworkId }, Status = status.Clone(), LatestState = latest,
        },
    });

    /// <summary>Each call travels by itself: it may be lost, come twice, or after those that were sent later.</summary>
    private void Send(AgentCall call, bool mayComeTwice = true)
    {
        if (stream is not { } over || IsMute)
            return;
        call.AgentId = new AgentID { Value = core.AgentId };
        cluster.Network.Send(() => cluster.Master.Post(new PoolCommand.AgentRequest(call, over, SimulatedCluster.Anyone), outcome =>
        {
            if (outcome is PoolOutcome.Refused(RefusalKind.Invalid or RefusalKind.Forbidden, _) && stream == over)
                BreakStream();
        }), mayComeTwice);
    }
}

using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Checking;
using DataPlatform.Services.Agent.Checkpoints;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Link;
using DataPlatform.Services.Agent.Serving;

namespace DataPlatform.Services.Agent;

/// <summary>Carries decisions out. Called by the one loop only; nothing here waits.</summary>
internal sealed class AgentEffects(CheckpointStore checkpoints, MasterLink link, Func<string> agentId)
{
    public required Containers Containers { get; init; }

    public required TaskChecks Checks { get; init; }

    public required AgentMetrics Metrics { get; init; }

    public void CarryOut(AgentEffect effect)
    {
        switch (effect)
        {
            case AgentEffect.Launch launch:
                Containers.Launch(launch.Run, agentId());
                break;
            case AgentEffect.CancelLaunch cancel:
                Containers.CancelLaunch(cancel.ContainerId);
                break;
            case AgentEffect.Terminate terminate:
                Containers.Terminate(terminate.ContainerId);
                break;
            case AgentEffect.Destroy destroy:
                Containers.Destroy(destroy.ContainerId);
                break;
            case AgentEffect.StartChecks start:
                Checks.Start(start.Run);
                break;
            case AgentEffect.StopChecks stop:
                Checks.Stop(stop.ContainerId);
                break;
            case AgentEffect.CheckpointStatus status:
                Metrics.Count(status.Status.State);
                checkpoints.AppendStatus(status.ContainerId, status.Status);
                break;
            case AgentEffect.CheckpointAcknowledgement acknowledgement:
                checkpoints.AppendAcknowledgement(acknowledgement.ContainerId, acknowledgement.Uuid);
                break;
            case AgentEffect.CheckpointKill kill:
                checkpoints.AppendKill(kill.ContainerId, kill.Intent);
                break;
            case AgentEffect.Send send:
                link.Send(UpdateCall(send));
                break;
            case AgentEffect.Forget forget:
                checkpoints.Forget(forget.ContainerId);
                break;
            case AgentEffect.RegisterAnew:
                checkpoints.ForgetAgentId();
                break;
            default:
                throw new InvalidOperationException($"Unhandled effect {effect.GetType().Name}");
        }
    }

    private static AgentCall UpdateCall(AgentEffect.Send send) => new()
    {
        Type = AgentCall.Types.Type.Update,
        Update = new AgentCall.Types.Update
        {
            FrameworkId = new FrameworkID { Value = send.Task.FrameworkId },
            Status = send.Status,
            LatestState = send.Latest,
        },
    };
}

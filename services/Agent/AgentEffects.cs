using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Checking;
using DataPlatform.Services.Agent.Checkpoints;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Link;
using DataPlatform.Services.Agent.Serving;
using DataPlatform.Services.Agent.Volumes;
using DataPlatform.Services.Hosting.Serving.Streams;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent;

/// <summary>
/// Carries decisions out, many at a time: first all that must be remembered is on the disk, then the rest is done in order,
/// so that nobody hears of what a loss of power could take back. Called by the one loop only.
/// </summary>
internal sealed class AgentEffects(CheckpointStore checkpoints, MasterLink link, Func<string> agentId, ILogger log)
{
    private readonly List<AgentCall.Types.Update> updates = [];
    private readonly HashSet<TaskKey> tasksOfUpdates = [];

    public required Containers Containers { get; init; }

    public required TaskChecks Checks { get; init; }

    /// <summary>Those of executors.</summary>
    public required StreamTable Streams { get; init; }

    public required AgentMetrics Metrics { get; init; }

    public required ExecutorVolumes Volumes { get; init; }

    public required Func<AgentInput, ValueTask> Post { get; init; }

    public void CarryOut(IReadOnlyList<AgentEffect> effects)
    {
        var forgotten = effects.OfType<AgentEffect.Forget>().Select(each => each.ContainerId).ToHashSet(StringComparer.Ordinal);
        foreach (var effect in effects)
        {
            // The last acknowledgement is not worth a wait for the disk.
            if (effect is not AgentEffect.CheckpointAcknowledgement { ContainerId: var acknowledged } || !forgotten.Contains(acknowledged))
                Checkpoint(effect);
        }

        Metrics.CountUnwritten(checkpoints.Flush(forgotten));
        var resized = new HashSet<string>(StringComparer.Ordinal);
        foreach (var effect in effects)
        {
            if (effect is AgentEffect.Resize { ContainerId: var container } && !resized.Add(container))
                continue;
            try
            {
                log.LogDebug("{Effect}", effect.GetType().Name);
                CarryOut(effect);
            }
            catch (Exception problem)
            {
                // One task's trouble is not that of the others.
                log.LogError("{Effect} failed: {Problem}", effect.GetType().Name, problem.Message);
            }
        }

        SendUpdates();
    }

    private void Checkpoint(AgentEffect effect)
    {
        switch (effect)
        {
            case AgentEffect.CheckpointRun run:
                checkpoints.AppendRun(run.Run);
                break;
            case AgentEffect.CheckpointDelivery delivery:
                checkpoints.AppendDelivery(delivery.ContainerId);
                break;
            case AgentEffect.CheckpointStatus status:
                Metrics.Count(status.Status);
                checkpoints.AppendStatus(status.ContainerId, status.Status);
                break;
            case AgentEffect.CheckpointAcknowledgement acknowledgement:
                checkpoints.AppendAcknowledgement(acknowledgement.ContainerId, acknowledgement.Uuid);
                break;
            case AgentEffect.CheckpointKill kill:
                checkpoints.AppendKill(kill.ContainerId, kill.Intent, kill.Grace);
                break;
            default:
                break;
        }
    }

    private void CarryOut(AgentEffect effect)
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
            case AgentEffect.CheckpointRun or AgentEffect.CheckpointDelivery or AgentEffect.CheckpointStatus or AgentEffect.CheckpointAcknowledgement or AgentEffect.CheckpointKill:
                break; // Is on the disk already.
            case AgentEffect.Send send:
                Collect(send);
                break;
            case AgentEffect.ExecutorEnded ended:
                SendUpdates(); // Those of its tasks come before it.
                link.Send(EndedCall(ended));
                break;
            case AgentEffect.TellExecutor tell:
                Streams.Send(tell.StreamId, tell.Event);
                break;
            case AgentEffect.CloseExecutorStream close:
                Streams.Complete(close.StreamId);
                break;
            case AgentEffect.SendExecutorMessage message:
                link.Send(MessageCall(message));
                break;
            case AgentEffect.Resize resize:
                Containers.Resize(resize.ContainerId, resize.Resources);
                break;
            case AgentEffect.PlaceVolumes place:
                Place(place);
                break;
            case AgentEffect.TakeVolumes take:
                Volumes.Take(take.Executor, take.Task);
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

    private void Place(AgentEffect.PlaceVolumes place)
    {
        var answer = new AgentInput.VolumesPlaced(place.Executor.Program.ContainerId, place.Tasks[0].Pod!.GroupId, Volumes.Place(place.Executor, place.Tasks));
        // The loop that calls this is the one that takes it in, and its line may be full.
        _ = Task.Run(async () => await Post(answer));
    }

    private static AgentCall MessageCall(AgentEffect.SendExecutorMessage message) => new()
    {
        Type = AgentCall.Types.Type.ExecutorMessage,
        ExecutorMessage = new AgentCall.Types.ExecutorMessage
        {
            FrameworkId = new FrameworkID { Value = message.Executor.FrameworkId },
            ExecutorId = new ExecutorID { Value = message.Executor.ExecutorId },
            Data = message.Data,
        },
    };

    private static AgentCall EndedCall(AgentEffect.ExecutorEnded ended)
    {
        var call = new AgentCall.Types.ExecutorEnded
        {
            FrameworkId = new FrameworkID { Value = ended.Executor.FrameworkId },
            ExecutorId = new ExecutorID { Value = ended.Executor.ExecutorId },
            Status = ended.Status,
        };
        if (ended.Ping is { } ping)
            call.Ping = ping;
        return new AgentCall { Type = AgentCall.Types.Type.ExecutorEnded, ExecutorEnded = call };
    }

    /// <summary>What is to be sent now goes together. Of one task the master is told one thing at a time.</summary>
    private void Collect(AgentEffect.Send send)
    {
        if (!tasksOfUpdates.Add(send.Task))
        {
            SendUpdates();
            tasksOfUpdates.Add(send.Task);
        }

        updates.Add(new AgentCall.Types.Update
        {
            FrameworkId = new FrameworkID { Value = send.Task.FrameworkId },
            Status = send.Status,
            LatestState = send.Latest,
        });
    }

    private void SendUpdates()
    {
        link.Send(updates);
        updates.Clear();
        tasksOfUpdates.Clear();
    }
}

using System.Diagnostics;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;
using CallType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;
using EventType = DataPlatform.Core.Protocol.Mesos.SchedulerEvent.Types.Type;

namespace DataPlatform.Benchmarks.Live;

/// <summary>A framework that launches one program again and again, and notes when it heard what.</summary>
/// <param name="command">The program and its arguments; when there is none, one that does nothing.</param>
internal sealed class BenchScheduler(LivePlatform platform, params string[] command) : IDisposable
{
    private readonly string[] _command = command.Length > 0 ? command : ["/bin/true"];
    private readonly SchedulerClient _client = new(new SchedulerClientSettings(platform.Address) { LongestPause = TimeSpan.FromMilliseconds(100) });
    private int _launched;

    /// <summary>Every event with the time of its arrival (<see cref="Stopwatch.GetTimestamp"/>); updates are acknowledged.</summary>
    public async IAsyncEnumerable<(long Arrived, SchedulerEvent Event)> EventsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var framework = new FrameworkInfo { User = "nobody", Name = "bench" };
        framework.Roles.Add("bench");
        framework.Capabilities.Add(new[] { Capability.MultiRole, Capability.PartitionAware, Capability.ReservationRefinement }
            .Select(type => new FrameworkInfo.Types.Capability { Type = type }));
        await foreach (var signal in _client.SubscribeAsync(framework, cancellation))
        {
            switch (signal)
            {
                case SchedulerSignal.Received(var received):
                    var arrived = Stopwatch.GetTimestamp();
                    if (received.Type == EventType.Update && received.Update.Status.HasUuid)
                        Forget(AcknowledgeAsync(received.Update.Status, cancellation));
                    if (received.Type == EventType.Update && received.Update.Status.State is not (TaskState.TaskStarting or TaskState.TaskRunning or TaskState.TaskFinished))
                        throw new InvalidOperationException($"a task became {received.Update.Status.State}: {received.Update.Status.Message}");
                    yield return (arrived, received);
                    break;
                case SchedulerSignal.Ended(_, var reason):
                    throw new InvalidOperationException($"the master ended the subscription: {reason}");
                case SchedulerSignal.Disconnected when platform.WhyDown is { } reason:
                    throw new InvalidOperationException(reason);
            }
        }
    }

    /// <summary>Launches on the offer; whatever is left of it may be offered again at once.</summary>
    /// <param name="resources">What each task takes; null for all that the offer has, of which there can be but one.</param>
    public async Task<long> AcceptAsync(Offer offer, int tasks, IReadOnlyList<Resource>? resources, CancellationToken cancellation)
    {
        var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() };
        for (var count = 0; count < tasks; count++)
        {
            var task = new TaskInfo
            {
                Name = "nothing", TaskId = new TaskID { Value = $"nothing-{_launched++}" }, AgentId = offer.AgentId,
                Command = new CommandInfo { Shell = false, Value = _command[0] },
            };
            task.Command.Arguments.Add(_command);
            task.Resources.Add(resources ?? offer.Resources);
            launch.Launch.TaskInfos.Add(task);
        }

        var call = new SchedulerCall { Type = CallType.Accept, Accept = new SchedulerCall.Types.Accept { Filters = new Filters { RefuseSeconds = 0 } } };
        call.Accept.OfferIds.Add(offer.Id);
        call.Accept.Operations.Add(launch);
        var asked = Stopwatch.GetTimestamp();
        await _client.CallAsync(call, cancellation);
        return asked;
    }

    public Task DeclineAsync(Offer offer, double refuseSeconds, CancellationToken cancellation)
    {
        var call = new SchedulerCall { Type = CallType.Decline, Decline = new SchedulerCall.Types.Decline { Filters = new Filters { RefuseSeconds = refuseSeconds } } };
        call.Decline.OfferIds.Add(offer.Id);
        return _client.CallAsync(call, cancellation);
    }

    public void Dispose() => _client.Dispose();

    private Task AcknowledgeAsync(TaskReport status, CancellationToken cancellation) => _client.CallAsync(new SchedulerCall
    {
        Type = CallType.Acknowledge,
        Acknowledge = new SchedulerCall.Types.Acknowledge { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid },
    }, cancellation);

    // An acknowledgement that fails is made again with the update, which the agent repeats.
    private static void Forget(Task call) => call.ContinueWith(static failed => _ = failed.Exception, TaskContinuationOptions.OnlyOnFaulted);
}

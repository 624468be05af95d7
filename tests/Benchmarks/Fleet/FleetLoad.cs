using System.Threading.Channels;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;
using CallType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;
using EventType = DataPlatform.Core.Protocol.Mesos.SchedulerEvent.Types.Type;

namespace DataPlatform.Benchmarks.Fleet;

/// <summary>A framework that fills every offer with small tasks, without end.</summary>
internal sealed class FleetLoad(Uri master, string name) : IDisposable
{
    private const int TasksAnOffer = 8;

    /// <summary>Calls under way at a time.</summary>
    private const int Callers = 16;

    private readonly IReadOnlyList<Resource> _size = [.. ResourceText.Parse("cpus:0.5;mem:256").ToMessages()];
    private readonly SchedulerClient _client = new(new SchedulerClientSettings(master) { LongestPause = TimeSpan.FromMilliseconds(100) });
    private readonly Channel<SchedulerCall> _calls = Channel.CreateUnbounded<SchedulerCall>();
    private int _launched;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var framework = new FrameworkInfo { User = "nobody", Name = name };
        framework.Roles.Add(BenchFramework.Role);
        framework.Capabilities.Add(new[] { Capability.MultiRole, Capability.PartitionAware }.Select(type => new FrameworkInfo.Types.Capability { Type = type }));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var calling = Enumerable.Range(0, Callers).Select(_ => CallAsync(ending.Token)).ToList();
        // A call that fails ends the load with its reason: figures of half a framework would say nothing.
        var failing = Task.WhenAny(calling).Unwrap().ContinueWith(_ => ending.Cancel(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        try
        {
            await foreach (var signal in _client.SubscribeAsync(framework, ending.Token))
            {
                if (signal is SchedulerSignal.Ended(_, var reason))
                    throw new InvalidOperationException($"the master ended the subscription: {reason}");
                if (signal is SchedulerSignal.Received(var received))
                    Answer(received);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // A call failed, and says why below.
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll([failing, .. calling]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (calling.FirstOrDefault(call => call.IsFaulted) is { } failed)
            await failed;
    }

    public void Dispose() => _client.Dispose();

    private void Answer(SchedulerEvent received)
    {
        if (received.Type == EventType.Update && received.Update.Status is { State: not (TaskState.TaskRunning or TaskState.TaskFinished) } other)
            throw new InvalidOperationException($"a task became {other.State}: {other.Message}");
        if (received.Type == EventType.Update && received.Update.Status is { HasUuid: true } status)
        {
            _calls.Writer.TryWrite(new SchedulerCall
            {
                Type = CallType.Acknowledge, Acknowledge = new SchedulerCall.Types.Acknowledge { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid },
            });
        }
        else if (received.Type == EventType.Offers)
        {
            foreach (var offer in received.Offers.Offers_)
                _calls.Writer.TryWrite(Accept(offer));
        }
    }

    private SchedulerCall Accept(Offer offer)
    {
        var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() };
        var free = offer.Resources.FirstOrDefault(resource => resource.Name == "cpus")?.Scalar.Value ?? 0;
        for (var count = 0; count < TasksAnOffer && free >= 0.5; count++, free -= 0.5)
        {
            var task = new TaskInfo
            {
                Name = "nothing", TaskId = new TaskID { Value = $"{name}-{_launched++}" }, AgentId = offer.AgentId, Command = new CommandInfo { Shell = false, Value = "/bin/true" },
            };
            task.Resources.Add(_size);
            launch.Launch.TaskInfos.Add(task);
        }

        var call = new SchedulerCall { Type = CallType.Accept, Accept = new SchedulerCall.Types.Accept { Filters = new Filters { RefuseSeconds = 0 } } };
        call.Accept.OfferIds.Add(offer.Id);
        if (launch.Launch.TaskInfos.Count > 0)
            call.Accept.Operations.Add(launch);
        return call;
    }

    private async Task CallAsync(CancellationToken cancellation)
    {
        await foreach (var call in _calls.Reader.ReadAllAsync(cancellation))
            await _client.CallAsync(call, cancellation);
    }
}

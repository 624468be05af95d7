using System.Collections.Concurrent;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Integration.Tests.Platform;

/// <summary>A framework of the tests' own: takes offers, keeps what it was told of its tasks, acknowledges.</summary>
internal sealed class TestFramework : IAsyncDisposable
{
    private readonly SchedulerClient client;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<string, Offer> offers = new();
    private readonly ConcurrentQueue<(DateTime, Offer)> offered = new();
    private readonly ConcurrentQueue<TaskReport> reports = new();
    private readonly ConcurrentQueue<SchedulerEvent.Types.Failure> failures = new();
    private readonly FrameworkInfo info;
    private Task reading = Task.CompletedTask;
    private int subscriptions;

    /// <param name="http">How it reaches masters, where that is not this process's own way.</param>
    public TestFramework(SchedulerClientSettings settings, string role, HttpMessageHandler? http = null)
    {
        client = new SchedulerClient(settings, handler: http);
        info = new FrameworkInfo { Name = "tests", User = Environment.UserName is "root" ? "nobody" : Environment.UserName, Principal = settings.Credential?.Principal ?? "tests", Checkpoint = true, FailoverTimeout = 600 };
        info.Roles.Add(role);
        info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole });
        info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.PartitionAware });
    }

    public string Id => client.FrameworkId?.Value ?? throw new InvalidOperationException("not subscribed yet");

    public int Subscriptions => Volatile.Read(ref subscriptions);

    public IReadOnlyList<TaskReport> Reports => [.. reports];

    /// <summary>Each offer that ever came, and when.</summary>
    public IReadOnlyList<(DateTime Time, Offer Offer)> Offered => [.. offered];

    /// <summary>Gives every offer back, so that offers come all the time.</summary>
    public bool DeclinesAll { get; set; }

    /// <summary>Ends of executors and agents.</summary>
    public IReadOnlyList<SchedulerEvent.Types.Failure> Failures => [.. failures];

    /// <summary>Why the master ended the subscription; null while it did not.</summary>
    public string? Ended { get; private set; }

    public async Task SubscribeAsync()
    {
        await TryToSubscribeAsync();
        Ended.ShouldBeNull();
    }

    /// <summary>Returns when the master has answered, whatever it answered.</summary>
    public async Task TryToSubscribeAsync()
    {
        reading = ReadAsync();
        await Eventually.HoldsAsync(() => Subscriptions > 0 || Ended is not null, "the master's answer");
    }

    /// <summary>Takes an offer that is large enough, of one agent if one is named.</summary>
    public async Task<Offer> OfferAsync(string? agentId = null)
    {
        Offer? taken = null;
        await Eventually.HoldsAsync(
            () => offers.Values.FirstOrDefault(offer => agentId is null || offer.AgentId.Value == agentId) is { } offer && offers.TryRemove(offer.Id.Value, out taken),
            "an offer");
        return taken!;
    }

    /// <summary>Launches a command on an offer. The command is a program and its arguments, without a shell.</summary>
    public async Task<TaskInfo> LaunchAsync(Offer offer, string taskId, params string[] command)
    {
        var task = TaskOn(offer, taskId, command);
        await AcceptAsync(offer, task);
        return task;
    }

    public Task AcceptAsync(Offer offer, params TaskInfo[] tasks)
    {
        var operation = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new Offer.Types.Operation.Types.Launch() };
        operation.Launch.TaskInfos.Add(tasks);
        return OperateAsync(offer, operation);
    }

    public Task OperateAsync(Offer offer, params Offer.Types.Operation[] operations)
    {
        var accept = new SchedulerCall.Types.Accept { Filters = new Filters { RefuseSeconds = 0.1 } };
        accept.OfferIds.Add(offer.Id);
        accept.Operations.Add(operations);
        return CallAsync(new SchedulerCall { Type = SchedulerCall.Types.Type.Accept, Accept = accept });
    }

    public static TaskInfo TaskOn(Offer offer, string taskId, params string[] command)
    {
        var task = new TaskInfo
        {
            Name = taskId, TaskId = new TaskID { Value = taskId }, AgentId = offer.AgentId,
            Command = new CommandInfo { Shell = false, Value = command[0] },
        };
        task.Command.Arguments.Add(command);
        task.Resources.Add(Scalar("cpus", 0.1));
        task.Resources.Add(Scalar("mem", 32));
        return task;
    }

    public static Resource Scalar(string name, double value) => new() { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = value } };

    public Task KillAsync(string taskId) =>
        CallAsync(new SchedulerCall { Type = SchedulerCall.Types.Type.Kill, Kill = new SchedulerCall.Types.Kill { TaskId = new TaskID { Value = taskId } } });

    public Task ReconcileAsync() => CallAsync(new SchedulerCall { Type = SchedulerCall.Types.Type.Reconcile, Reconcile = new SchedulerCall.Types.Reconcile() });

    public Task CallAsync(SchedulerCall call) => client.CallAsync(call, stop.Token);

    /// <param name="ofAgent">The agent's own report, not what the master says of an agent that was away.</param>
    /// <param name="from">So many reports came before what is of interest.</param>
    public async Task<TaskReport> ReportAsync(string taskId, TaskState state, TimeSpan? limit = null, bool ofAgent = false, int from = 0)
    {
        TaskReport? found = null;
        await Eventually.HoldsAsync(() => (found = reports.Skip(from).FirstOrDefault(report => report.TaskId.Value == taskId && report.State == state && (!ofAgent || report.HasUuid))) is not null,
            $"{taskId} to be {state}", () => string.Join('\n', reports.Select(report => $"{report.TaskId.Value} {report.State} {report.Message}")), limit);
        return found!;
    }

    /// <summary>Goes away without a word, as a scheduler that crashed.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await reading;
        client.Dispose();
        stop.Dispose();
    }

    private async Task ReadAsync()
    {
        await foreach (var signal in client.SubscribeAsync(info, stop.Token))
        {
            if (signal is SchedulerSignal.Ended ended) Ended = ended.Reason;
            if (signal is SchedulerSignal.Disconnected) offers.Clear();
            if (signal is not SchedulerSignal.Received { Event: var received }) continue;
            switch (received.Type)
            {
                case SchedulerEvent.Types.Type.Subscribed:
                    Interlocked.Increment(ref subscriptions);
                    break;
                case SchedulerEvent.Types.Type.Offers:
                    foreach (var offer in received.Offers.Offers_)
                    {
                        offered.Enqueue((DateTime.UtcNow, offer));
                        offers[offer.Id.Value] = offer;
                    }
                    if (DeclinesAll) await DeclineAllAsync();
                    break;
                case SchedulerEvent.Types.Type.Rescind:
                    offers.TryRemove(received.Rescind.OfferId.Value, out _);
                    break;
                case SchedulerEvent.Types.Type.Failure:
                    failures.Enqueue(received.Failure);
                    break;
                case SchedulerEvent.Types.Type.Update:
                    reports.Enqueue(received.Update.Status);
                    await AcknowledgeAsync(received.Update.Status);
                    break;
            }
        }
    }

    private async Task DeclineAllAsync()
    {
        var decline = new SchedulerCall.Types.Decline { Filters = new Filters { RefuseSeconds = 0.1 } };
        foreach (var id in offers.Keys)
            if (offers.TryRemove(id, out var offer)) decline.OfferIds.Add(offer.Id);
        await TryCallAsync(new SchedulerCall { Type = SchedulerCall.Types.Type.Decline, Decline = decline });
    }

    private async Task AcknowledgeAsync(TaskReport report)
    {
        if (report.HasUuid)
        {
            await TryCallAsync(new SchedulerCall
            {
                Type = SchedulerCall.Types.Type.Acknowledge,
                Acknowledge = new SchedulerCall.Types.Acknowledge { AgentId = report.AgentId, TaskId = report.TaskId, Uuid = report.Uuid },
            });
        }
    }

    private async Task TryCallAsync(SchedulerCall call)
    {
        try
        {
            await CallAsync(call);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or Core.Client.Http.MesosCallException)
        {
            // The master went away: it, or the agent, says again what must be known.
        }
    }
}

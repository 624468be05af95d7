using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf;

namespace DataPlatform.Core.Tests.Pool;

/// <summary>A pool without process, clock or wire: commands in, outcomes and effects out.</summary>
internal sealed class PoolUnderTest
{
    /// <param name="access">Who may do what; without it everybody may do everything.</param>
    public PoolUnderTest(PoolSettings? settings = null, AccessRules? access = null) => State = new PoolState(
        new MasterInfo { Id = "M", Ip = 0, Port = 5050 },
        (settings ?? new PoolSettings()) with { Access = access ?? AccessRules.Everybody }, Now);

    /// <summary>Who calls from now on.</summary>
    public Caller Caller { get; set; } = new Caller.Unnamed("127.0.0.1");

    public PoolState State { get; }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public List<PoolEffect> Effects { get; } = [];

    public List<PoolEvent> Events { get; } = [];

    /// <summary>Called after each decision, with its time and its command.</summary>
    public Action<DateTimeOffset, PoolCommand, Decision>? Decided { get; set; }

    public IEnumerable<SchedulerEvent> ToldTo(string stream) => Effects.OfType<PoolEffect.ToScheduler>()
        .Where(effect => effect.StreamId == stream).Select(effect => effect.Event);

    public IEnumerable<AgentEvent> ToldToAgent(string stream) => Effects.OfType<PoolEffect.ToAgent>()
        .Where(effect => effect.StreamId == stream).Select(effect => effect.Event);

    public IEnumerable<AgentEvent.Types.ApplyOperation> OperationsAskedOf(string stream) =>
        ToldToAgent(stream).Where(told => told.ApplyOperation is not null).Select(told => told.ApplyOperation);

    public IEnumerable<OperationStatus> OperationStatusesTo(string stream) =>
        ToldTo(stream).Where(told => told.UpdateOperationStatus is not null).Select(told => told.UpdateOperationStatus.Status);

    public IEnumerable<TaskReport> StatusesTo(string stream) =>
        ToldTo(stream).Where(told => told.Update is not null).Select(told => told.Update.Status);

    /// <summary>Offers that stand.</summary>
    public List<Offer> OffersTo(string stream) =>
    [
        .. ToldTo(stream).Where(told => told.Offers is not null).SelectMany(told => told.Offers.Offers_)
            .Where(offer => State.Offers.ContainsKey(offer.Id.Value)),
    ];

    /// <summary>What the next master knows from the journal, and the one after it from a journal shortened to that.</summary>
    public (PoolState Next, PoolState AfterNext) NextMasters()
    {
        var next = Recovered("N", Events.Where(happened => happened.Durable));
        return (next, Recovered("O", next.Remembered()));
    }

    /// <summary>The journal is shortened now; tells later what the next master knows from it and what was added since.</summary>
    public Func<PoolState> Shorten()
    {
        var (remembered, since) = (State.Remembered().ToList(), Events.Count);
        return () => Recovered("N", remembered.Concat(Events.Skip(since).Where(happened => happened.Durable)));
    }

    private PoolState Recovered(string master, IEnumerable<PoolEvent> events)
    {
        var state = new PoolState(new MasterInfo { Id = master, Ip = 0, Port = 5050 }, new PoolSettings(), Now);
        foreach (var happened in events)
            state.Recover(happened);
        return state;
    }

    public PoolOutcome Do(PoolCommand command)
    {
        var outcome = Step(command);
        while (State.HasAgentsToAllocate)
            Step(new PoolCommand.Allocate());
        return outcome;
    }

    public void Pass(TimeSpan time)
    {
        Now += time;
        Do(new PoolCommand.Tick());
    }

    public string Subscribe(string stream, string? id = null, double failover = 60, bool partitionAware = true, params string[] roles)
    {
        var info = new FrameworkInfo { User = "root", Name = stream, FailoverTimeout = failover };
        info.Roles.Add(roles.Length == 0 ? ["role"] : roles);
        info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole });
        if (partitionAware)
            info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.PartitionAware });
        var call = new SchedulerCall { Type = SchedulerCall.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = info } };
        if (id is not null)
            call.FrameworkId = info.Id = new FrameworkID { Value = id };
        Do(new PoolCommand.Subscribe(call, stream, Caller));
        return ToldTo(stream).First(told => told.Subscribed is not null).Subscribed.FrameworkId.Value;
    }

    public string Register(
        string stream, string resources = "cpus:4;mem:1024;ports:[100-199]", string? id = null, ResourceBag? converted = null,
        params TaskRecord[] tasks)
    {
        var register = Registration(stream, resources, id, converted, tasks);
        Do(new PoolCommand.RegisterAgent(register, AgentId: null, stream, Caller));
        return ToldToAgent(stream).First(told => told.Registered is not null).Registered.AgentId.Value;
    }

    public static AgentCall.Types.Register Registration(
        string hostname, string resources = "cpus:4;mem:1024;ports:[100-199]", string? id = null, ResourceBag? converted = null,
        params TaskRecord[] tasks)
    {
        var info = new AgentInfo { Hostname = hostname, Port = 5051 };
        info.Resources.Add(ResourceText.Parse(resources).ToMessages());
        if (id is not null)
            info.Id = new AgentID { Value = id };
        var register = new AgentCall.Types.Register { AgentInfo = info, Version = "1" };
        register.Tasks.Add(tasks);
        register.ConvertedResources.Add((converted ?? ResourceBag.Empty).ToMessages());
        return register;
    }

    public PoolOutcome Call(string framework, Action<SchedulerCall> fill)
    {
        var call = new SchedulerCall { FrameworkId = new FrameworkID { Value = framework } };
        fill(call);
        return Do(new PoolCommand.SchedulerRequest(call, State.Frameworks.GetValueOrDefault(framework)?.StreamId, Caller));
    }

    public PoolOutcome Accept(string framework, IEnumerable<Offer> offers, params TaskInfo[] tasks) => Call(framework, call =>
    {
        call.Type = SchedulerCall.Types.Type.Accept;
        call.Accept = new() { Filters = new() { RefuseSeconds = 0 } };
        call.Accept.OfferIds.Add(offers.Select(offer => offer.Id));
        var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() };
        launch.Launch.TaskInfos.Add(tasks);
        call.Accept.Operations.Add(launch);
    });

    public PoolOutcome Operate(string framework, IEnumerable<Offer> offers, params Offer.Types.Operation[] operations) => Call(framework, call =>
    {
        call.Type = SchedulerCall.Types.Type.Accept;
        call.Accept = new() { Filters = new() { RefuseSeconds = 0 } };
        call.Accept.OfferIds.Add(offers.Select(offer => offer.Id));
        call.Accept.Operations.Add(operations);
    });

    public PoolOutcome Answer(string agentStream, ByteString uuid, OperationState state, string? message = null)
    {
        var update = new AgentCall.Types.UpdateOperation { Uuid = uuid, State = state };
        if (message is not null)
            update.Message = message;
        return Do(new PoolCommand.AgentRequest(new AgentCall { Type = AgentCall.Types.Type.UpdateOperation, UpdateOperation = update }, agentStream, Caller));
    }

    public PoolOutcome Update(
        string agentStream, string framework, string task, TaskState state, TaskState? latest = null, ByteString? uuid = null) =>
        Do(new PoolCommand.AgentRequest(new AgentCall
        {
            Type = AgentCall.Types.Type.Update,
            Update = new()
            {
                FrameworkId = new FrameworkID { Value = framework },
                Status = new TaskReport { TaskId = new TaskID { Value = task }, State = state, Uuid = uuid ?? Uuid(1) },
                LatestState = latest ?? state,
            },
        }, agentStream, Caller));

    public static ByteString Uuid(byte first) => ByteString.CopyFrom([first, .. new byte[15]]);

    public static TaskInfo Task(string id, string agent, string resources = "cpus:1;mem:100")
    {
        var task = new TaskInfo
        {
            Name = "task",
            TaskId = new TaskID { Value = id },
            AgentId = new AgentID { Value = agent },
            Command = new CommandInfo { Value = "true" },
        };
        task.Resources.Add(ResourceText.Parse(resources).ToMessages());
        return task;
    }

    private PoolOutcome Step(PoolCommand command)
    {
        var decision = DataPlatform.Core.Pool.Pool.Decide(State, command, Now);
        foreach (var happened in decision.Events)
            State.Apply(happened);
        Events.AddRange(decision.Events);
        Effects.AddRange(decision.Effects);
        Decided?.Invoke(Now, command, decision);
        return decision.Outcome;
    }
}

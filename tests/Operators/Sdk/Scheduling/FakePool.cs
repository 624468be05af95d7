using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Evaluation;
using Google.Protobuf;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>A master with hosts, as one framework sees it: what it accepts is checked as a master does, and all that is wrong ends the test.</summary>
internal sealed class FakePool
{
    private readonly List<Host> hosts;
    private readonly Queue<SchedulerSignal> said = [];
    private readonly HashSet<string> declined = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Host> offered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (TaskInfo Info, TaskState State)> tasks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OfferedVolume> volumes = new(StringComparer.Ordinal);
    private readonly HashSet<string> written = new(StringComparer.Ordinal);
    private readonly HashSet<string> drained = new(StringComparer.Ordinal);
    private readonly List<(TaskReport Report, string Id)> unacknowledged = [];
    private bool isSuppressed;
    private bool isSubscribed;
    private int offers;
    private int updates;

    public FakePool(int count, double cpus, double memory) => hosts = [.. Enumerable.Range(1, count).Select(number => new Host($"A{number}", cpus, memory))];

    /// <summary>What runs, by the task's name.</summary>
    public IEnumerable<string> Running => tasks.Values.Select(task => task.Info.Name);

    /// <summary>Without volumes.</summary>
    public IEnumerable<string> Reserved => hosts.SelectMany(host => host.Reserved).Where(resource => resource.Disk is null).Select(resource => $"{PodReservation.Of(resource)!.Pod}: {resource.Name}");

    /// <summary>Ids of volumes by their pod.</summary>
    public ILookup<string, string> Volumes => volumes.Values.ToLookup(volume => volume.Reservation.Pod, volume => volume.Id);

    /// <summary>Names of operations' tasks that have run.</summary>
    public List<string> Backups { get; } = [];

    /// <summary>Pods whose volumes were destroyed after a task had run on them.</summary>
    public List<string> LostData { get; } = [];

    /// <summary>Those of them that the engine had not drained before.</summary>
    public List<string> LostUndrained { get; } = [];

    /// <summary>Names of the tasks by which the engine did something as a step of a plan.</summary>
    public List<string> Acts { get; } = [];

    public bool IsTornDown { get; private set; }

    /// <summary>What engines that are asked for facts say of themselves.</summary>
    public IEnumerable<SchedulerSignal> Told() => !isSubscribed || IsTornDown ? [] : tasks.Values
        .Where(task => task.Info.Activity?.Looks.Any(look => look.Signs.Any(sign => sign.Of == "short")) == true)
        .Select(task => new SchedulerSignal.Received(new SchedulerEvent
        {
            Type = SchedulerEvent.Types.Type.Message,
            Message = new SchedulerEvent.Types.Message
            {
                AgentId = task.Info.AgentId, ExecutorId = new ExecutorID { Value = task.Info.TaskId.Value }, Data = SchedulerTrial.FactsOf(("short", "0"), ("leads", task.Info.Name.EndsWith("worker-0", StringComparison.Ordinal) ? "true" : "false")),
            },
        })).ToList();

    /// <summary>The scheduler is another one by now, or the same again.</summary>
    public void Subscribe()
    {
        said.Clear();
        foreach (var host in offered.Values)
            host.IsOffered = false;
        offered.Clear();
        declined.Clear();
        isSuppressed = false;
        isSubscribed = true;
        if (IsTornDown)
            said.Enqueue(new SchedulerSignal.Ended(SubscriptionEnd.FrameworkRemoved, "Framework has been removed"));
        else
            Say(new SchedulerEvent { Type = SchedulerEvent.Types.Type.Subscribed, Subscribed = new SchedulerEvent.Types.Subscribed { FrameworkId = new FrameworkID { Value = "F" } } });
        foreach (var (report, _) in unacknowledged)
            Say(new SchedulerEvent { Type = SchedulerEvent.Types.Type.Update, Update = new SchedulerEvent.Types.Update { Status = report } });
    }

    /// <summary>What the master says next; null when there is nothing to be said.</summary>
    public SchedulerSignal? Next()
    {
        if (said.TryDequeue(out var next) || !isSubscribed || isSuppressed || IsTornDown)
            return next;
        var free = hosts.Where(host => !host.IsOffered && !declined.Contains(host.Id)).ToList();
        if (free.Count == 0)
            return null;
        var received = new SchedulerEvent { Type = SchedulerEvent.Types.Type.Offers, Offers = new SchedulerEvent.Types.Offers() };
        received.Offers.Offers_.Add(free.Select(OfferOf));
        return new SchedulerSignal.Received(received);
    }

    public void Call(SchedulerCall call)
    {
        switch (call.Type)
        {
            case SchedulerCall.Types.Type.Accept:
                Accept(call.Accept);
                break;
            case SchedulerCall.Types.Type.Decline:
                foreach (var id in call.Decline.OfferIds)
                    Return(id.Value);
                break;
            case SchedulerCall.Types.Type.Revive:
                isSuppressed = false;
                declined.Clear();
                break;
            case SchedulerCall.Types.Type.Suppress:
                isSuppressed = true;
                break;
            case SchedulerCall.Types.Type.Acknowledge:
                unacknowledged.RemoveAll(each => each.Id == call.Acknowledge.Uuid.ToStringUtf8());
                break;
            case SchedulerCall.Types.Type.Kill:
                End(call.Kill.TaskId.Value, TaskState.TaskKilled);
                break;
            case SchedulerCall.Types.Type.Reconcile:
                Reconcile(call.Reconcile);
                break;
            case SchedulerCall.Types.Type.Teardown:
                foreach (var task in tasks.Keys.ToList())
                    End(task, TaskState.TaskKilled);
                IsTornDown = true;
                said.Clear();
                said.Enqueue(new SchedulerSignal.Ended(SubscriptionEnd.FrameworkRemoved, "Framework has been removed"));
                break;
        }
    }

    public void End(string taskId, TaskState state)
    {
        if (!tasks.Remove(taskId, out var task))
        {
            Report(taskId, TaskState.TaskGone, null);
            return;
        }
        var host = hosts.Single(each => each.Id == task.Info.AgentId.Value);
        host.Reserved.AddRange(task.Info.Resources.Select(resource => resource.Clone()));
        declined.Remove(host.Id);
        Report(taskId, state, null);
    }

    private void Accept(SchedulerCall.Types.Accept accept)
    {
        var id = accept.OfferIds.ShouldHaveSingleItem().Value;
        // A scheduler that began anew may hold what the master has forgotten.
        if (!offered.TryGetValue(id, out var host))
            return;
        foreach (var operation in accept.Operations)
        {
            switch (operation.Type)
            {
                case Offer.Types.Operation.Types.Type.Unreserve:
                    foreach (var resource in operation.Unreserve.Resources)
                        host.Release(resource);
                    break;
                case Offer.Types.Operation.Types.Type.Reserve:
                    foreach (var resource in operation.Reserve.Resources)
                        host.Reserve(resource);
                    break;
                case Offer.Types.Operation.Types.Type.Create:
                    foreach (var volume in operation.Create.Volumes)
                        Create(host, volume);
                    break;
                case Offer.Types.Operation.Types.Type.Destroy:
                    foreach (var volume in operation.Destroy.Volumes)
                        Destroy(host, volume);
                    break;
                case Offer.Types.Operation.Types.Type.Launch:
                    foreach (var task in operation.Launch.TaskInfos)
                        Launch(host, task);
                    break;
            }
        }
        Return(id);
        if (accept.Filters.RefuseSeconds == 0)
            declined.Remove(host.Id);
    }

    private void Create(Host host, Resource resource)
    {
        host.Use(WithoutDisk(resource));
        var volume = PodReservation.OfVolume(resource).ShouldNotBeNull();
        volumes.TryAdd(volume.Id, volume).ShouldBeTrue($"the volume {volume.Id} is there already");
        host.Reserved.Add(resource.Clone());
    }

    private void Destroy(Host host, Resource resource)
    {
        host.Use(resource);
        host.Reserved.Add(WithoutDisk(resource));
        volumes.Remove(resource.Disk.Persistence.Id, out var volume).ShouldBeTrue();
        if (!written.Contains(volume!.Id))
            return;
        LostData.Add(volume.Reservation.Pod);
        if (!drained.Contains(volume.Reservation.Pod))
            LostUndrained.Add(volume.Reservation.Pod);
    }

    private static Resource WithoutDisk(Resource volume)
    {
        var disk = volume.Clone();
        disk.Disk = null;
        return disk;
    }

    private void Launch(Host host, TaskInfo task)
    {
        tasks.Values.ShouldNotContain(other => other.Info.Name == task.Name, $"{task.Name} runs already");
        foreach (var resource in task.Resources)
            host.Use(resource);
        drained.Remove(task.Name["mine/".Length..]);
        written.UnionWith(task.Resources.Where(resource => resource.Disk is not null).Select(resource => resource.Disk.Persistence.Id));
        tasks[task.TaskId.Value] = (task, TaskState.TaskRunning);
        Report(task.TaskId.Value, TaskState.TaskStarting, null);
        Report(task.TaskId.Value, TaskState.TaskRunning, Checked(task));
        if (task.Name.Contains("/backup-", StringComparison.Ordinal))
            Backups.Add(task.Name);
        if (IsStep(task))
            Act(task);
        if (IsStep(task) || task.Name.EndsWith("/job", StringComparison.Ordinal) || task.Name.Contains("/backup-", StringComparison.Ordinal))
            End(task.TaskId.Value, TaskState.TaskFinished);
    }

    private static bool IsStep(TaskInfo task) => task.Command.Value is "/bin/drain" or "/bin/spread";

    private void Act(TaskInfo task)
    {
        Acts.Add(task.Name["mine/".Length..]);
        if (task.Command.Value == "/bin/drain")
            drained.Add(task.Command.Arguments[2]);
    }

    private void Reconcile(SchedulerCall.Types.Reconcile reconcile)
    {
        foreach (var task in reconcile.Tasks.Count == 0 ? tasks.Keys.ToList() : reconcile.Tasks.Select(task => task.TaskId.Value).ToList())
            Report(task, tasks.TryGetValue(task, out var known) ? known.State : TaskState.TaskGone, known.Info is { } info ? Checked(info) : null);
    }

    private static CheckStatusInfo? Checked(TaskInfo task) => task.Check?.Type switch
    {
        CheckInfo.Types.Type.Tcp => new CheckStatusInfo { Type = CheckInfo.Types.Type.Tcp, Tcp = new CheckStatusInfo.Types.Tcp { Succeeded = true } },
        CheckInfo.Types.Type.Http => new CheckStatusInfo { Type = CheckInfo.Types.Type.Http, Http = new CheckStatusInfo.Types.Http { StatusCode = 200, ExpectationMet = true } },
        CheckInfo.Types.Type.Command => new CheckStatusInfo { Type = CheckInfo.Types.Type.Command, Command = new CheckStatusInfo.Types.Command { ExitCode = 0 } },
        _ => null,
    };

    private void Report(string task, TaskState state, CheckStatusInfo? check)
    {
        var agent = tasks.TryGetValue(task, out var known) ? known.Info.AgentId.Value : "A1";
        var report = new TaskReport { TaskId = new TaskID { Value = task }, State = state, AgentId = new AgentID { Value = agent }, Uuid = ByteString.CopyFromUtf8($"u{++updates}"), CheckStatus = check };
        unacknowledged.Add((report, $"u{updates}"));
        Say(new SchedulerEvent { Type = SchedulerEvent.Types.Type.Update, Update = new SchedulerEvent.Types.Update { Status = report } });
    }

    private void Say(SchedulerEvent happened) => said.Enqueue(new SchedulerSignal.Received(happened));

    private void Return(string offer)
    {
        if (!offered.Remove(offer, out var host))
            return;
        host.IsOffered = false;
        declined.Add(host.Id);
    }

    private Offer OfferOf(Host host)
    {
        var offer = new Offer
        {
            Id = new OfferID { Value = $"O{++offers}" }, AgentId = new AgentID { Value = host.Id }, FrameworkId = new FrameworkID { Value = "F" }, Hostname = host.Id,
            Url = new URL { Scheme = "http", Address = new Address { Ip = "10.0.0." + host.Id[1..], Port = 5051 } }, AllocationInfo = new Resource.Types.AllocationInfo { Role = "teams/default/mine" },
        };
        offer.Resources.Add(host.Free());
        offer.Resources.Add(host.Reserved.Select(resource => resource.Clone()));
        host.IsOffered = true;
        offered[offer.Id.Value] = host;
        return offer;
    }

    private sealed class Host(string id, double cpus, double memory)
    {
        private readonly Dictionary<string, double> free = new(StringComparer.Ordinal) { ["cpus"] = cpus, ["mem"] = memory, ["disk"] = 100000 };
        private readonly SortedSet<int> ports = [.. Enumerable.Range(31000, 100)];

        public string Id => id;

        public bool IsOffered { get; set; }

        /// <summary>Reserved and used by no task.</summary>
        public List<Resource> Reserved { get; } = [];

        public IEnumerable<Resource> Free()
        {
            foreach (var (name, amount) in free.Where(pair => pair.Value > 0))
                yield return new Resource { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = amount } };
            var ranges = new Resource { Name = "ports", Type = Value.Types.Type.Ranges, Ranges = new Value.Types.Ranges() };
            ranges.Ranges.Range.Add(ports.Select(port => new Value.Types.Range { Begin = (ulong)port, End = (ulong)port }));
            yield return ranges;
        }

        public void Reserve(Resource resource)
        {
            if (resource.Ranges is not null)
                foreach (var port in ReservedShare.PortsOf(resource))
                    ports.Remove(port).ShouldBeTrue($"port {port} of {id} is not free");
            else
                (free[resource.Name] = Math.Round(free[resource.Name] - resource.Scalar.Value, 3)).ShouldBeGreaterThanOrEqualTo(0, $"{resource.Name} of {id}");
            Reserved.Add(resource.Clone());
        }

        public void Release(Resource resource)
        {
            Use(resource);
            if (resource.Ranges is not null)
                ports.UnionWith(ReservedShare.PortsOf(resource));
            else
                free[resource.Name] = Math.Round(free[resource.Name] + resource.Scalar.Value, 3);
        }

        public void Use(Resource resource) => Reserved.Remove(Reserved.Find(other => other.Equals(resource)).ShouldNotBeNull($"{resource} is not reserved on {id}")).ShouldBeTrue();
    }
}

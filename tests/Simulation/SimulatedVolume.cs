using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Simulation.Tests;

/// <summary>
/// What a framework reserves, makes a volume, uses in tasks one after another, and gives back: several lives long. It goes by
/// what it is told of its operations alone.
/// </summary>
internal sealed class SimulatedVolume(string name, string owner, string role, int lives, bool isShared, SimulatedCluster cluster)
{
    private const int UsesEach = 2;
    private const int MostAtOnce = 2;

    private readonly List<(Offer.Types.Operation Operation, OperationState? End)> pending = [];
    private readonly VolumeKinds kinds = new(name, owner, role, isShared);
    private ResourceBag held = ResourceBag.Empty;
    private string? agentId;
    private int life;
    private int usesLeft = UsesEach;
    private int operations;
    private int tasks;
    private readonly HashSet<string> tasksOn = [];
    private bool isDoubtful;
    private bool isRenewed;
    private bool isAtOnce;

    public bool IsDone => life >= lives && held.IsEmpty && pending.Count == 0 && tasksOn.Count == 0;

    /// <summary>For people.</summary>
    public string Progress => $"{name} in life {life} on {agentId ?? "no agent"} holds {held}, {usesLeft} uses left, tasks {string.Join(" ", tasksOn)}, waits for {string.Join(" ", pending.Select(each => $"{each.Operation.Id.Value} {each.Operation.Type}"))}";

    /// <summary>The agent without whose offer nothing goes on.</summary>
    public string? WaitsFor => pending.Count == 0 && tasksOn.Count == 0 ? agentId : null;

    public bool IsOn(string agent) => agentId == agent;

    /// <summary>Operations whose end it has not been told.</summary>
    public IEnumerable<(string Id, string AgentId)> Waiting => pending.Where(each => each.End is null).Select(each => (each.Operation.Id.Value, agentId!));

    /// <summary>What it does with an offer: operations that build on each other, and a task that uses what they made.</summary>
    public (List<Offer.Types.Operation> Operations, TaskInfo? Task) Answer(Offer offer, Random chance)
    {
        var (steps, free) = (new List<Offer.Types.Operation>(), offer.Resources.ToBag().Unallocated());
        if (pending.Count > 0)
            return (steps, null);
        if (tasksOn.Count > 0)
            return WhileUsed(offer, free, chance);
        if (agentId != offer.AgentId.Value)
            steps.AddRange(kinds.Stray(free));
        else if (held.Equals(kinds.Reserved))
            steps.AddRange(kinds.Former(free));
        if (steps.Count > 0 || (life >= lives && held.IsEmpty) || (agentId is not null && agentId != offer.AgentId.Value))
            return (steps, null);
        var (mine, uses) = (held, life < lives ? usesLeft : 0);
        while (steps.Count == 0 || chance.Next(3) != 0)
        {
            var isMade = mine.Equals(kinds.Created) || mine.Equals(kinds.Shrunk);
            var isResized = isMade && !isShared && chance.Next(4) == 0;
            if (isMade && !isResized && uses > 0)
                return (Begin(steps, offer), free.Contains(kinds.Task(mine)) ? Use(offer, mine, steps.Count > 0) : null);
            var (type, conversion) = mine.IsEmpty ? (OperationType.Reserve, kinds.Reserve)
                : isResized ? mine.Equals(kinds.Created) ? (OperationType.ShrinkVolume, kinds.Shrink) : (OperationType.GrowVolume, kinds.Shrink.Reverse())
                : isMade ? (OperationType.Destroy, VolumeKinds.Destroy(mine))
                : uses > 0 ? (OperationType.Create, kinds.Create)
                : (OperationType.Unreserve, kinds.Reserve.Reverse());
            if (!free.Contains(conversion.Consumed))
                break;
            (free, mine) = (conversion.Apply(free), type == OperationType.Reserve ? kinds.Reserved : conversion.Apply(mine).Where(static entry => entry.Kind.IsReserved));
            steps.Add(kinds.Message(type, conversion, $"{name}-{operations++}"));
            if (type == OperationType.Unreserve)
                break;
            // The same name at once for another volume, on what the first one was made of.
            if (type == OperationType.Destroy && life + 1 < lives && chance.Next(2) == 0)
                (uses, isRenewed) = (UsesEach, true);
        }

        return (Begin(steps, offer), null);
    }

    public void Told(OperationStatus status)
    {
        var place = pending.FindIndex(each => each.Operation.Id.Value == status.OperationId?.Value);
        if (place < 0 || pending[place].End is not null
            || status.State is OperationState.OperationPending or OperationState.OperationRecovering or OperationState.OperationUnreachable)
            return;
        pending[place] = (pending[place].Operation, status.State);
        // Each builds on those before it, whatever order their ends are told in.
        while (pending.Count > 0 && pending[0].End is { } end)
        {
            var type = pending[0].Operation.Type;
            pending.RemoveAt(0);
            if (end == OperationState.OperationFinished)
                Happened(type);
            else if (end == OperationState.OperationFailed && type == OperationType.Reserve)
                isDoubtful = pending.Count > 0;
            else if (end == OperationState.OperationFailed && type == OperationType.Create)
                BeginLife(isDoubtful); // A task may have had it for a while.
            else if (end == OperationState.OperationFailed && type == OperationType.Destroy)
                cluster.Invariants.MayBeEmpty($"{owner}/{name}-{life}");
        }

        if (pending.Count == 0)
            Settle();
        Claim();
    }

    /// <summary>True for a task of its own.</summary>
    public bool Ended(string id, TaskState state)
    {
        if (!tasksOn.Remove(id))
            return id.StartsWith(name, StringComparison.Ordinal);
        if (state == TaskState.TaskError && !isAtOnce)
            cluster.Invariants.Fail($"task {owner}/{id} was refused a volume that is there");
        usesLeft -= state is TaskState.TaskFinished or TaskState.TaskKilled ? 1 : 0;
        if (pending.Count == 0 && held.IsEmpty && tasksOn.Count == 0)
            agentId = null;
        return true;
    }

    /// <summary>An operator says that the agent is no more, and all on it.</summary>
    public void LookAfter()
    {
        if (agentId is null || !cluster.Master.State.RemovedAgents.ContainsKey(agentId))
            return;
        pending.Clear();
        tasksOn.Clear();
        (held, agentId) = (ResourceBag.Empty, null);
        BeginLife();
        Claim();
    }

    /// <summary>A shared one has room for another task, and is not destroyed, whoever asks for that.</summary>
    private (List<Offer.Types.Operation>, TaskInfo?) WhileUsed(Offer offer, ResourceBag free, Random chance)
    {
        if (!isShared || agentId != offer.AgentId.Value || !held.Equals(kinds.Created) || !free.Contains(kinds.Task(held)))
            return ([], null);
        if (chance.Next(2) == 0)
            return (Begin([kinds.Message(OperationType.Destroy, VolumeKinds.Destroy(held), $"{name}-{operations++}")], offer), null);
        return ([], tasksOn.Count < Math.Min(MostAtOnce, usesLeft) ? Use(offer, held, isWithOperations: false) : null);
    }

    private List<Offer.Types.Operation> Begin(List<Offer.Types.Operation> steps, Offer offer)
    {
        if (steps.Count == 0)
            return steps;
        agentId = offer.AgentId.Value;
        pending.AddRange(steps.Select(step => (step, (OperationState?)null)));
        Claim();
        return steps;
    }

    private TaskInfo Use(Offer offer, ResourceBag mine, bool isWithOperations)
    {
        isAtOnce = isWithOperations;
        var lived = isRenewed ? life + 1 : life;
        var task = $"{name}-{lived}-{tasks++}";
        tasksOn.Add(task);
        var use = new TaskInfo { Name = "use", TaskId = new TaskID { Value = task }, AgentId = offer.AgentId, Command = new CommandInfo { Value = "true" }, Labels = new() };
        use.Labels.Labels_.Add(new Label { Key = "life", Value = $"{owner}/{name}-{lived}" });
        use.Resources.Add(kinds.Task(mine).AllocatedTo(role).ToMessages());
        return use;
    }

    private void Happened(OperationType type)
    {
        held = type switch
        {
            OperationType.Create or OperationType.GrowVolume => kinds.Created,
            OperationType.ShrinkVolume => kinds.Shrunk,
            OperationType.Unreserve => ResourceBag.Empty,
            _ => kinds.Reserved,
        };
        // Its tasks may have ended, and it is destroyed, before that is heard of.
        var isEarly = type == OperationType.Destroy && usesLeft > 0;
        if (isEarly || type == OperationType.Unreserve || (type == OperationType.Create && isRenewed))
            BeginLife();
    }

    /// <summary>What was made of a reservation that failed is there for as long as it is used.</summary>
    private void Settle()
    {
        isRenewed = false;
        if (isDoubtful && held.Equals(kinds.Reserved))
        {
            held = ResourceBag.Empty;
            BeginLife();
        }

        isDoubtful &= !held.IsEmpty;
        if (held.IsEmpty && tasksOn.Count == 0)
            agentId = null;
    }

    /// <param name="isStillDoubtful">What the volume was to be made of is there only as long as it is used.</param>
    private void BeginLife(bool isStillDoubtful = false)
    {
        (usesLeft, isDoubtful, isRenewed) = (UsesEach, isStillDoubtful, false);
        life++;
    }

    /// <summary>What must be there, whatever becomes of the operations on their way.</summary>
    private void Claim() => cluster.Invariants.Claims(
        $"{owner}/{name}", agentId, isDoubtful || agentId is null || pending.Exists(each => each.Operation.Type == OperationType.Unreserve) ? ResourceBag.Empty
            : pending.Count == 0 ? held
            : held.Where(static entry => entry.Kind.Name != "disk"));
}

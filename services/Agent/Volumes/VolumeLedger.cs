using System.Collections.Immutable;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>
/// Carries out on a disk what the master has decided of reservations and volumes, in an order that a crash between any two steps does not spoil.
/// </summary>
/// <param name="converted">As it was last kept on the disk.</param>
internal sealed class VolumeLedger(IVolumeDisk disk, ResourceBag converted, ILogger log)
{
    /// <summary>Volumes that could not be made, or that the record did not take in. What the master decided before it heard of that still names them.</summary>
    private ImmutableHashSet<string> unmade = [];

    private const int AnswersKept = 1000;

    /// <summary>
    /// Since the last registration. The master asks again when an answer takes long: what it was told to have failed must not be done after
    /// all, nor fail what it was told to be done.
    /// </summary>
    private readonly OrderedDictionary<ByteString, AgentCall.Types.UpdateOperation> answers = [];

    /// <summary>As it was last kept; see <see cref="ConvertedResources"/>.</summary>
    public ResourceBag Converted { get; private set; } = converted;

    /// <summary>The volume is for a task, and there from now on. For any thread.</summary>
    /// <exception cref="IOException">There is no such volume.</exception>
    public void Open(ResourceKind volume)
    {
        CheckNamed(volume);
        disk.Make(volume);
    }

    private void CheckNamed(ResourceKind volume)
    {
        if (!Names(Converted, volume) || unmade.Contains(disk.PlaceOf(volume)))
            throw new IOException($"this agent has no volume '{volume.Disk?.Persistence?.Id}' of role '{volume.ReservedTo}'");
    }

    /// <summary>After a registration: volumes that are missing are made, those that nobody names are set aside.</summary>
    public void Match(IEnumerable<Resource> resources)
    {
        var named = resources.ToBag();
        answers.Clear();
        try
        {
            foreach (var (kind, _) in named.Where(static entry => entry.Kind.IsPersistentVolume))
                disk.Make(kind);
            var before = Converted;
            // First: a volume whose DESTROY is still to come, and may fail, is not taken away while the record names it.
            Keep(named);
            SetAside(before);
        }
        catch (IOException problem)
        {
            // The tasks that need it are refused with the reason when they come.
            log.LogError("The volumes that the master names can't all be had: {Problem}", problem.Message);
        }
    }

    /// <returns>For the master.</returns>
    public AgentCall.Types.UpdateOperation Apply(AgentEvent.Types.ApplyOperation operation)
    {
        if (answers.TryGetValue(operation.Uuid, out var given))
            return given.Clone();
        var answer = CarryOut(operation);
        answers.Add(operation.Uuid, answer);
        if (answers.Count > AnswersKept)
            answers.RemoveAt(0);
        return answer.Clone();
    }

    private AgentCall.Types.UpdateOperation CarryOut(AgentEvent.Types.ApplyOperation operation)
    {
        var before = Converted;
        try
        {
            var wanted = operation.ConvertedResources.ToBag();
            if (operation.Info.Type is OperationType.GrowVolume or OperationType.ShrinkVolume)
                CheckNamed(new[] { operation.Info.GrowVolume?.Volume ?? operation.Info.ShrinkVolume.Volume }.ToBag().Single().Kind);
            var isDone = IsDone(operation.Info);
            var making = new List<string>();
            if (operation.Info.Type == OperationType.Create)
            {
                // One that was destroyed since, by an operation that was heard to be done, would be found by nobody.
                foreach (var (kind, _) in operation.Info.Create.Volumes.ToBag().Where(entry => Names(wanted, entry.Kind)))
                {
                    MakeNew(kind);
                    making.Add(disk.PlaceOf(kind));
                }
            }

            // What has been done, perhaps with an answer that was lost, is not told to have failed for something else that came since.
            if (isDone)
                TryKeep(wanted);
            else
                Keep(wanted);
            // Only now: what is destroyed must not come back with a checkpoint that still names it.
            if (operation.Info.Type == OperationType.Destroy)
            {
                foreach (var (kind, _) in operation.Info.Destroy.Volumes.ToBag().Where(entry => !Names(wanted, entry.Kind)))
                    disk.Destroy(kind);
            }

            // Those whose own DESTROY has failed: nothing speaks of them any more.
            SetAside(before);
            unmade = unmade.Except(making);
            return new() { Uuid = operation.Uuid, State = OperationState.OperationFinished };
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or FormatException)
        {
            log.LogWarning("{Operation} failed: {Problem}", operation.Info.Type, problem.Message);
            // The master takes back what has failed: tasks may use what was there before.
            TryKeep(before);
            return new() { Uuid = operation.Uuid, State = OperationState.OperationFailed, Message = problem.Message };
        }
    }

    /// <summary>By the record: it names the volumes that were to be made, or no longer those that were to go.</summary>
    private bool IsDone(Offer.Types.Operation operation) => operation.Type switch
    {
        OperationType.Create => operation.Create.Volumes.ToBag().All(entry => Names(Converted, entry.Kind) && !unmade.Contains(disk.PlaceOf(entry.Kind))),
        OperationType.Destroy => !operation.Destroy.Volumes.ToBag().Any(entry => Names(Converted, entry.Kind)),
        _ => false,
    };

    private void MakeNew(ResourceKind volume)
    {
        // What lies there otherwise is of another volume, which could not be destroyed.
        if (!Names(Converted, volume) || unmade.Contains(disk.PlaceOf(volume)))
        {
            unmade = unmade.Add(disk.PlaceOf(volume));
            disk.SetAside(volume);
        }

        disk.Make(volume);
    }

    /// <summary>What was a volume and is none any more must not be found in a later one of that name.</summary>
    private void SetAside(ResourceBag before)
    {
        foreach (var (kind, _) in before.Where(entry => entry.Kind.IsPersistentVolume && !Names(Converted, entry.Kind)))
            disk.SetAside(kind);
    }

    private void TryKeep(ResourceBag wanted)
    {
        if (Converted.Equals(wanted))
            return;
        try
        {
            Keep(wanted);
        }
        catch (IOException problem)
        {
            log.LogError("What is reserved on this agent is known again only after its next registration: {Problem}", problem.Message);
        }
    }

    private void Keep(ResourceBag wanted)
    {
        disk.Keep(wanted);
        Converted = wanted;
    }

    /// <summary>By its place, which a volume that has grown still has.</summary>
    private bool Names(ResourceBag resources, ResourceKind volume) => resources.Any(entry =>
        entry.Kind.IsPersistentVolume && entry.Kind.ReservedTo == volume.ReservedTo && disk.PlaceOf(entry.Kind) == disk.PlaceOf(volume));
}

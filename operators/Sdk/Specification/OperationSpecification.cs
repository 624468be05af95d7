using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>Something that an engine can be asked to do while it serves, such as a backup: a pod that runs once, beside the others.</summary>
/// <param name="Name">Unlike any pod's type; its pods are <c>backup-1</c>, <c>backup-2</c>, ...</param>
/// <param name="Pod">Pure. Of one task that runs once.</param>
public sealed record OperationSpecification(string Name, OperationKind Kind, Func<WantedOperation, PodSpecification> Pod)
{
    /// <summary>When it is complete there is something to be told to who asks for it, such as a password.</summary>
    public bool HandsOut { get; init; }
}

/// <summary>What an operation does with the folder that it is given.</summary>
public enum OperationKind
{
    /// <summary>It is given none.</summary>
    Plain,

    /// <summary>Makes it, when it has written all.</summary>
    Backup,

    /// <summary>Reads what a backup has made.</summary>
    Restore,

    /// <summary>A step of plans (<see cref="PlanRules"/>), which nobody asks for. It may be done again after it failed or was ended half done.</summary>
    Step,
}

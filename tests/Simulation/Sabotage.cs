namespace DataPlatform.Simulation.Tests;

/// <summary>Faults that the simulation must find, or it finds none: each breaks one promise that the real parts keep.</summary>
internal enum Sabotage
{
    None,

    /// <summary>The journal answers for records that it did not write.</summary>
    JournalLies,

    /// <summary>Effects and answers go out before the journal has answered.</summary>
    TellsBeforeWriting,

    /// <summary>The agent starts tasks whose checkpoint was not written.</summary>
    StartsWithoutCheckpoint,

    /// <summary>A replica folds all events but some.</summary>
    ReplicaSkips,

    /// <summary>The agent's host starts a task again that the agent has recovered.</summary>
    StartsTwice,

    /// <summary>A new master does not know all that is reserved.</summary>
    ForgetsReservations,

    /// <summary>An agent that crashes finds its volumes empty.</summary>
    EmptiesVolumes,

    /// <summary>An agent that gives a volume another size makes it anew.</summary>
    EmptiesResizedVolumes,

    /// <summary>An agent that registers does not say which shared volumes its tasks use.</summary>
    ForgetsWhoShares,

    /// <summary>Offers are made as if there were no quotas.</summary>
    IgnoresQuotas,

    /// <summary>A new master does not know all quotas.</summary>
    ForgetsQuotas,

    /// <summary>The agent tells executors some things twice.</summary>
    TellsExecutorsTwice,

    /// <summary>Agents that operators took out of use are offered like others.</summary>
    IgnoresDrains,

    /// <summary>A new master does not know all agents that operators took out of use.</summary>
    ForgetsDrains,

    /// <summary>The agent ends by force what it should ask to end.</summary>
    KillsAtOnce,

    /// <summary>When a task of a pod has ended, the agent leaves the others alone.</summary>
    LeavesRestOfPods,

    /// <summary>An operator's store answers for tasks that it did not write.</summary>
    OperatorStoreLies,

    /// <summary>An operator's store does not keep that volumes have been used.</summary>
    OperatorStoreForgetsUse,

    /// <summary>An operator's store does not keep which volumes a pod has.</summary>
    OperatorStoreForgetsVolumes,

    /// <summary>An operator's store does not keep that what a cluster does once has begun.</summary>
    OperatorStoreForgetsBegin,

    /// <summary>Nothing is taken away of what hosts bring back of clusters that were deleted meanwhile.</summary>
    SweepsNothing,

    /// <summary>All clusters are taken for deleted ones.</summary>
    SweepsAll,
}

using DataPlatform.Core.Protocol.Extensions;

namespace DataPlatform.Core.Pool;

/// <summary>One agent, and what stands between it and the framework.</summary>
/// <param name="Text">For people, with amounts, names and times.</param>
public sealed record PendingAgent(string AgentId, string Hostname, PendingKind Kind, string Text);

/// <summary>So many agents for the same reason.</summary>
/// <param name="Text">For people: what all of them have in common.</param>
/// <param name="Examples">The first few by id.</param>
public sealed record PendingReason(PendingKind Kind, string Text, int Agents, IReadOnlyList<PendingAgent> Examples);

/// <param name="Reasons">Those of the most agents first.</param>
/// <param name="Changes">Each would, by itself, let the framework have such an offer.</param>
/// <param name="SearchedAll">False when the search for changes ended at its bound: there may be others.</param>
/// <param name="Listed">The page of agents that was asked for.</param>
public sealed record PendingAnswer(
    PendingQuestion Question, string FrameworkName, int Agents, IReadOnlyList<PendingReason> Reasons, IReadOnlyList<PendingChange> Changes,
    bool SearchedAll, IReadOnlyList<PendingAgent> Listed);

/// <summary>The answer, or why there is none.</summary>
public abstract record PendingOutcome
{
    private PendingOutcome()
    {
    }

    public sealed record Answered(PendingAnswer Answer) : PendingOutcome;

    /// <summary>Or none that the caller may see.</summary>
    public sealed record NoSuchFramework : PendingOutcome;

    /// <summary>The question names no role, and the framework has not one alone.</summary>
    public sealed record WhichRole(IReadOnlyList<string> Roles) : PendingOutcome;
}

using System.Diagnostics.CodeAnalysis;
using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf.Collections;
using Type = DataPlatform.Core.Protocol.Extensions.PendingResponse.Types.Change.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>The question and its answer as messages. What comes in is checked here, and nowhere else.</summary>
public static class PendingMessages
{
    public const int MostListed = 1_000;
    public const int MostEndingTasks = 10_000;
    private const int MostResources = 100;
    private const int MostTogether = 1_000;
    private const int LongestText = 4_096;

    /// <summary>False with what is wrong and what is allowed. The role is empty where it was left out.</summary>
    public static bool TryRead(PendingCall call, [NotNullWhen(true)] out PendingQuestion? question, [NotNullWhen(false)] out string? reason)
    {
        question = null;
        var wanted = default(ResourceQuantities);
        var together = new List<ResourceQuantities>();
        var role = call.HasRole ? call.Role : "";
        reason = (call.HasRole && RoleName.WhyInvalid(role) is { } wrong ? $"role: {wrong}" : null)
            ?? (call.HasResources ? WhyNotResources("resources", call.Resources, out wanted) : null)
            ?? WhyNotTogether(call.Together, together)
            ?? (call.Limit > MostListed ? $"limit is {call.Limit}; {MostListed} are allowed" : null)
            ?? (call.Offset > int.MaxValue ? $"offset is {call.Offset}; {int.MaxValue} is allowed" : null)
            ?? WhyNotEndings("endings", call.Endings) ?? WhyNotEndings("idle", call.Idle);
        if (reason is not null)
            return false;
        var constraints = AgentConstraints.None;
        if (call.Constraints is { } asked)
        {
            // The name of the role does not matter here: it is put in its place with the framework's own.
            if (!AgentConstraints.TryRead(new OfferConstraints { RoleConstraints = { [AnyRole] = asked } }, out var read, out reason))
                return false;
            constraints = read;
        }

        question = new PendingQuestion(call.FrameworkId.Value, role, wanted)
        {
            Constraints = constraints,
            IfEnded = call.Endings.Count == 0 && call.Idle.Count == 0 ? null : Releases(call.Endings),
            Idle = Releases(call.Idle),
            Together = together,
            Offset = (int)call.Offset,
            Limit = (int)call.Limit,
        };
        return true;
    }

    private static List<PendingRelease> Releases(IEnumerable<PendingCall.Types.Ending> endings) => [.. endings.Select(ending => new PendingRelease(
        ending.Name, [.. ending.Tasks.Select(task => (task.FrameworkId.Value, task.TaskId.Value))]) { FrameworkId = ending.FrameworkId?.Value })];

    /// <summary>Under which the constraints of a question stand, whatever the role that it is about.</summary>
    internal const string AnyRole = "asked";

    public static PendingResponse ToMessage(PendingAnswer answer)
    {
        var message = new PendingResponse
        {
            FrameworkId = new FrameworkID { Value = answer.Question.FrameworkId },
            FrameworkName = answer.FrameworkName,
            Role = answer.Question.Role,
            Agents = (uint)answer.Agents,
            SearchedAll = answer.SearchedAll,
        };
        if (answer.Question.Wanted is { } wanted)
            message.Resources = wanted.ToString();
        message.Reasons.Add(answer.Reasons.Select(ToMessage));
        message.Changes.Add(answer.Changes.Select(ToMessage));
        message.Listed.Add(answer.Listed.Select(ToMessage));
        return message;
    }

    private static PendingResponse.Types.Reason ToMessage(PendingReason reason)
    {
        var message = new PendingResponse.Types.Reason { Kind = reason.Kind, Text = reason.Text, Agents = (uint)reason.Agents };
        message.Examples.Add(reason.Examples.Select(ToMessage));
        return message;
    }

    private static PendingResponse.Types.Agent ToMessage(PendingAgent agent) =>
        new() { AgentId = agent.AgentId, Hostname = agent.Hostname, Kind = agent.Kind, Text = agent.Text };

    private static PendingResponse.Types.Change ToMessage(PendingChange change) => change switch
    {
        PendingChange.FrameworkRevives => Change(change, Type.FrameworkRevives),
        PendingChange.FrameworkConnects => Change(change, Type.FrameworkConnects),
        PendingChange.RefusalEnds(var agent, var at) => Change(change, Type.RefusalEnds, agent, at),
        PendingChange.OffersEnd(var agent, _, var at) => Change(change, Type.OffersEnd, agent, at),
        PendingChange.AgentTakesTasks(var agent, _) => Change(change, Type.AgentTakesTasks, agent),
        PendingChange.LimitsRaised(var agent, var limits) => With(Change(change, Type.LimitsRaised, agent), limits),
        PendingChange.TasksEnd(var agent, var names, var chosen) => With(Change(change, TypeOf(chosen), agent), agent is null, names),
        PendingChange.LargerAgent => Change(change, Type.LargerAgent),
        _ => throw new InvalidOperationException($"No rule tells {change.GetType().Name}"),
    };

    private static Type TypeOf(PendingChange.Chosen chosen) => chosen switch
    {
        PendingChange.Chosen.Soonest => Type.TasksEndSoonest,
        PendingChange.Chosen.Fewest => Type.TasksEndFewest,
        PendingChange.Chosen.Idle => Type.IdleEnds,
        _ => throw new InvalidOperationException($"No rule tells {chosen}"),
    };

    private static PendingResponse.Types.Change Change(PendingChange change, Type type, PendingChange.Place? agent = null, DateTimeOffset? at = null)
    {
        var message = new PendingResponse.Types.Change { Type = type, Text = change.Text };
        if (agent is not null)
            (message.AgentId, message.Hostname) = (agent.AgentId, agent.Hostname);
        if (at is { } time)
            message.At = StatusReports.Time(time);
        return message;
    }

    private static PendingResponse.Types.Change With(PendingResponse.Types.Change message, IEnumerable<PendingChange.Limit> limits)
    {
        message.Limits.Add(limits.Select(limit => new PendingResponse.Types.Change.Types.Limit
        {
            Role = limit.Role, Resource = limit.Resource, Now = limit.Now.ToDouble(), Needed = limit.Needed.ToDouble(),
        }));
        return message;
    }

    private static PendingResponse.Types.Change With(PendingResponse.Types.Change message, bool letsAllFit, IEnumerable<string> endings)
    {
        if (letsAllFit)
            message.LetsAllFit = true;
        message.Endings.Add(endings);
        return message;
    }

    private static string? WhyNotTogether(RepeatedField<string> texts, List<ResourceQuantities> together)
    {
        if (texts.Count > MostTogether)
            return $"together has {texts.Count} entries; {MostTogether} are allowed";
        foreach (var text in texts)
        {
            if (WhyNotResources("together", text, out var wanted) is { } wrong)
                return wrong;
            together.Add(wanted!);
        }

        return null;
    }

    private static string? WhyNotResources(string field, string text, out ResourceQuantities? wanted)
    {
        wanted = null;
        const string allowed = "amounts such as cpus:1;mem:512 are allowed, unreserved and more than 0";
        if (text.Length > LongestText)
            return $"{field} has {text.Length} characters; {LongestText} are allowed";
        if (!ResourceText.TryParse(text, out var bag, out var reason))
            return $"{field}: {reason}";
        var quantities = bag.Quantities;
        if (quantities.IsEmpty || bag.Count != quantities.Count() || bag.Any(entry => entry.Kind.IsReserved))
            return $"{field} is '{Names.Printable(text)}'; {allowed}";
        if (bag.Count > MostResources)
            return $"{field} names {bag.Count} resources; {MostResources} are allowed";
        wanted = quantities;
        return null;
    }

    private static string? WhyNotEndings(string field, RepeatedField<PendingCall.Types.Ending> endings)
    {
        if (endings.Count > ReleaseSearch.MostCandidates)
            return $"{field} has {endings.Count} entries; {ReleaseSearch.MostCandidates} are allowed";
        var tasks = endings.Sum(ending => ending.Tasks.Count);
        return tasks > MostEndingTasks ? $"{field} names {tasks} tasks; {MostEndingTasks} are allowed"
            : endings.Select(ending => Names.WhyNotName($"{field}.name", ending.Name)).FirstOrDefault(why => why is not null);
    }
}

using System.Globalization;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Recording;
using DataPlatform.Core.Protocol;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Replaying;

/// <summary>A decision as lines for people.</summary>
internal static class DecisionText
{
    private const int LongestEvent = 300;

    public static IEnumerable<string> Lines(ReplayedDecision decision, bool withMessages)
    {
        var who = decision.Command.Caller is { Principal: { } principal } ? $" by '{principal}'" : "";
        yield return Line($"{Moment(decision.Time)} line {decision.Line}: {Text(decision.Command)}{who}: {decision.Outcome}");
        foreach (var happened in decision.Events)
        {
            yield return Line($"    {Text(happened)}");
            if (happened.Reason is { } reason)
                yield return Line($"      because: {reason}");
        }

        foreach (var message in withMessages ? decision.Messages : [])
            yield return Line($"    -> {Text(message.Effect)}");
    }

    public static IEnumerable<string> Lines(ReplayDifference difference) =>
    [
        difference.Part is ReplayPart.Outcome ? "DIFFERS in what the caller was told" : $"DIFFERS in {(difference.Part is ReplayPart.Event ? "event" : "message")} {difference.Index + 1}",
        Line($"    recorded: {Short(difference.Recorded)}"),
        Line($"    decided:  {Short(difference.Decided)}"),
    ];

    private static string Text(PoolCommand command) => command switch
    {
        PoolCommand.Subscribe subscribe => $"SUBSCRIBE of '{subscribe.Call.Subscribe?.FrameworkInfo?.Name}'",
        PoolCommand.SchedulerRequest request => $"{WireName.Of(request.Call.Type)} of {request.Call.FrameworkId?.Value}",
        PoolCommand.RegisterAgent register => $"REGISTER of agent {register.AgentId?.Value ?? register.Registration.AgentInfo?.Hostname}",
        PoolCommand.AgentRequest request => $"{WireName.Of(request.Call.Type)} of an agent",
        _ => WireName.Of(command.GetType().Name),
    };

    private static string Text(PoolEffect effect) => effect switch
    {
        PoolEffect.ToScheduler(var stream, var news) => $"{WireName.Of(news.Type)} to the scheduler on stream {stream}",
        PoolEffect.ToAgent(var stream, var news) => $"{WireName.Of(news.Type)} to the agent on stream {stream}",
        PoolEffect.CloseSchedulerStream(var stream) => $"the scheduler's stream {stream} is closed",
        PoolEffect.CloseAgentStream(var stream) => $"the agent's stream {stream} is closed",
        _ => throw new InvalidOperationException($"No words for {effect.GetType().Name}"),
    };

    private static string Text(ReplayedEvent happened) => happened.Event switch
    {
        PoolEvent.OfferMade(var offer) => $"offer {offer.Id} of agent {offer.AgentId} to {offer.FrameworkId} for role {offer.Role}: {offer.Resources}",
        PoolEvent.OfferEnded(var offer) => $"offer {offer} ends",
        PoolEvent.OfferRefused refused => $"{refused.FrameworkId} refuses {refused.Resources} of agent {refused.AgentId} for role {refused.Role} until {Moment(refused.Until)} on the pool's clock",
        PoolEvent.TaskAdded(var task) => $"task {task.TaskId.Value} of {task.FrameworkId.Value} on agent {task.AgentId.Value}",
        PoolEvent.TaskUpdated updated => $"task {updated.Status.TaskId.Value} of {updated.FrameworkId}: {WireName.Of(updated.Status.State)}",
        PoolEvent.TaskRemoved(var framework, var task) => $"task {task} of {framework} is history",
        _ => Short(happened.Json),
    };

    private static string Moment(DateTimeOffset moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Short(string text) => text.Length <= LongestEvent ? text : text[..LongestEvent] + "…";

    private static string Line(string text) => Rows.Printable(text);
}

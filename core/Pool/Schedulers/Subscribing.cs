using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>SUBSCRIBE: a new framework, one that comes back, or one that takes over from itself.</summary>
internal static class Subscribing
{
    public static Decision Decide(PoolState state, PoolCommand.Subscribe command, DateTimeOffset now)
    {
        var subscribe = command.Call.Subscribe;
        var info = subscribe.FrameworkInfo.Clone();
        if (command.Caller.Principal is { } principal)
            info.Principal = principal;

        var decision = new Decision();
        if ((FrameworkRules.WhyNot(info, subscribe.SuppressedRoles) ?? AgentConstraints.WhyNot(subscribe.OfferConstraints)) is { } why)
        {
            decision.EndWithError(command.StreamId, why);
            return decision;
        }

        var id = command.Call.FrameworkId?.Value;
        if (id is not null && state.CompletedFrameworks.ContainsKey(id))
        {
            decision.EndWithError(command.StreamId, "Framework has been removed: it was torn down, or was away for longer than its failover_timeout. Subscribe without an id to be a new one");
            return decision;
        }

        info.Id = new FrameworkID { Value = id ?? state.NextFrameworkId };
        if (state.Frameworks.TryGetValue(info.Id.Value, out var known))
        {
            if (known.Info.Principal != info.Principal)
            {
                decision.EndWithError(command.StreamId, "framework_info.principal differs from the principal with which this framework first subscribed");
                return decision;
            }

            ComeBack(decision, known, info);
        }
        else
        {
            decision.Happened(new PoolEvent.FrameworkAdmitted(info, now, Recovered: false));
        }

        decision.Happened(new PoolEvent.FrameworkConnected(info.Id.Value, command.StreamId, state.OnTheWall(now)));
        if (!Equals(known?.OfferConstraints, subscribe.OfferConstraints))
            decision.Happened(new PoolEvent.OfferConstraintsSet(info.Id.Value, subscribe.OfferConstraints));
        if (subscribe.SuppressedRoles.Count > 0)
            decision.Happened(new PoolEvent.RolesSuppressed(info.Id.Value, [.. subscribe.SuppressedRoles]));
        Greet(state, decision, command.StreamId, info.Id);
        return decision;
    }

    private static void ComeBack(Decision decision, PooledFramework known, FrameworkInfo info)
    {
        // What runs was started under these; a framework can't change them by asking.
        info.User = known.Info.User;
        info.Checkpoint = known.Info.Checkpoint;
        FrameworkLife.EndOffers(decision, known);
        if (known.StreamId is { } old)
            decision.EndWithError(old, "Framework failed over: it subscribed again, and only the newest subscription counts");
        if (!known.Info.Equals(info))
            decision.Happened(new PoolEvent.FrameworkChanged(info));
    }

    private static void Greet(PoolState state, Decision decision, string stream, FrameworkID id)
    {
        decision.TellStream(stream, new SchedulerEvent
        {
            Type = SchedulerEvent.Types.Type.Subscribed,
            Subscribed = new SchedulerEvent.Types.Subscribed
            {
                FrameworkId = id,
                HeartbeatIntervalSeconds = state.Settings.HeartbeatInterval.TotalSeconds,
                MasterInfo = state.Master,
            },
        });
        decision.TellStream(stream, new SchedulerEvent { Type = SchedulerEvent.Types.Type.Heartbeat });
    }
}

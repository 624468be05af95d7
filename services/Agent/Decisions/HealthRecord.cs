using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>What follows from one more result of a health check.</summary>
public enum HealthVerdict
{
    /// <summary>Nothing that anyone needs to hear.</summary>
    Unchanged,

    /// <summary>To be told: it is healthy now and was not before, or it failed once more.</summary>
    Told,

    /// <summary>To be told, and it failed as often in a row as allowed: the task is to be killed.</summary>
    GiveUp,
}

/// <summary>Counts the results of one task's health check.</summary>
/// <param name="startedAt">On the steady clock.</param>
public sealed class HealthRecord(HealthCheck check, TimeSpan startedAt)
{
    private readonly TimeSpan graceEnds =
        startedAt + TimeSpan.FromSeconds(Math.Clamp(check.GracePeriodSeconds, 0, 1e6));

    private uint failures;

    /// <summary>Null until the first result that counts.</summary>
    public bool? Healthy { get; private set; }

    /// <summary>Failures before the first success within the grace period do not count.</summary>
    public HealthVerdict Observe(bool passed, TimeSpan now)
    {
        var before = Healthy;
        if (passed)
        {
            failures = 0;
            Healthy = true;
            return before == true ? HealthVerdict.Unchanged : HealthVerdict.Told;
        }

        if (before is null && now < graceEnds)
            return HealthVerdict.Unchanged;
        failures++;
        Healthy = false;
        return failures >= Math.Max(1, check.ConsecutiveFailures) ? HealthVerdict.GiveUp : HealthVerdict.Told;
    }
}

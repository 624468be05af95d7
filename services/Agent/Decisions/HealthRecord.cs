using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>What follows from one more result of a health check.</summary>
public enum HealthVerdict
{
    /// <summary>Nothing that anyone needs to hear.</summary>
    Unchanged,

    /// <summary>Healthy changed, or was not known before.</summary>
    Changed,

    /// <summary>Failed as often in a row as allowed: the task is to be killed.</summary>
    GiveUp,
}

/// <summary>Counts the results of one task's health check.</summary>
public sealed class HealthRecord(HealthCheck check, DateTimeOffset startedAt)
{
    private readonly DateTimeOffset graceEnds =
        startedAt + TimeSpan.FromSeconds(Math.Clamp(check.GracePeriodSeconds, 0, 1e6));

    private uint failures;

    /// <summary>Null until the first result that counts.</summary>
    public bool? Healthy { get; private set; }

    /// <summary>Failures before the first success within the grace period do not count.</summary>
    public HealthVerdict Observe(bool passed, DateTimeOffset now)
    {
        var before = Healthy;
        if (passed)
        {
            failures = 0;
            Healthy = true;
            return before == true ? HealthVerdict.Unchanged : HealthVerdict.Changed;
        }

        if (before is null && now < graceEnds)
            return HealthVerdict.Unchanged;
        failures++;
        Healthy = false;
        if (failures >= Math.Max(1, check.ConsecutiveFailures))
            return HealthVerdict.GiveUp;
        return before == false ? HealthVerdict.Unchanged : HealthVerdict.Changed;
    }
}

using DataPlatform.Core.Client.Scheduler;

namespace DataPlatform.Operators.Sdk;

/// <param name="LakePath">The lake's directory, the same on all hosts.</param>
/// <param name="User">As whom tasks run on the hosts.</param>
public sealed record SchedulerSettings(SchedulerClientSettings Scheduler, string LakePath, string User)
{
    /// <summary>Whoever runs this process; never root, whom agents refuse unless their operator allows it.</summary>
    public static string UsualUser => Environment.UserName is "root" ? "nobody" : Environment.UserName;

    /// <summary>The role of the team, below which each cluster has a role of its own.</summary>
    public string TeamRole { get; init; } = "teams/default";

    /// <summary>Under which tasks reach the control plane, without a slash at the end; empty where there is none.</summary>
    public Func<string> PlatformUrl { get; init; } = static () => "";

    /// <summary>How long the master keeps the tasks of a scheduler that is away.</summary>
    public TimeSpan FailoverTimeout { get; init; } = TimeSpan.FromDays(7);

    /// <summary>For whose placement a new cluster waits until it is told that its turn has come; null when clusters don't wait for each other.</summary>
    public string? FirstTurn { get; init; }
}

using DataPlatform.Core.Client.Scheduler;

namespace DataPlatform.Operators.Sdk;

/// <param name="LakePath">The lake's directory, the same on all hosts.</param>
/// <param name="User">As whom tasks run on the hosts.</param>
public sealed record OperatorSettings(SchedulerClientSettings Scheduler, string LakePath, string User)
{
    /// <summary>Whoever runs this process; never root, whom agents refuse unless their operator allows it.</summary>
    public static string UsualUser => Environment.UserName is "root" ? "nobody" : Environment.UserName;

    /// <summary>How long the master keeps the tasks of an operator that is away.</summary>
    public TimeSpan FailoverTimeout { get; init; } = TimeSpan.FromDays(7);
}

using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Agent.Executors;

/// <summary>What an executor's program finds in its environment beside what every task finds there.</summary>
internal sealed class ExecutorEnvironment(AgentOptions options, ExecutorTokens tokens)
{
    /// <summary>Within this an executor tries again to subscribe: well below what this agent waits for it.</summary>
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(2);

    public void AddTo(Dictionary<string, string> environment, ExecutorRun executor)
    {
        environment.Remove("MESOS_TASK_ID");
        environment["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"] = tokens.Of(executor.Key, executor.Program.ContainerId);
        environment["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = Quantities.DurationText(
            executor.Info.ShutdownGracePeriod is { } grace ? TimeSpan.FromTicks(grace.Nanoseconds / TimeSpan.NanosecondsPerTick) : options.KillGracePeriod);
        environment["MESOS_RECOVERY_TIMEOUT"] = Quantities.DurationText(options.RecoveryTimeout);
        environment["MESOS_SUBSCRIPTION_BACKOFF_MAX"] = Quantities.DurationText(LongestBackoff);
        environment["MESOS_HTTP_COMMAND_EXECUTOR"] = "0";
        environment["MESOS_SLAVE_ID"] = environment["MESOS_AGENT_ID"];
        environment["MESOS_SLAVE_PID"] = $"slave(1)@{environment["MESOS_AGENT_ENDPOINT"]}";
        environment["LIBPROCESS_PORT"] = "0";
    }
}

using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>A task that can't be started, with what its framework is to be told.</summary>
public sealed class LaunchException(LaunchFailure failure) : Exception(failure.Message)
{
    public LaunchException(string message) : this(LaunchFailure.Failed(message))
    {
    }

    public LaunchFailure Failure { get; } = failure;
}

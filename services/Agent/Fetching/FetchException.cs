namespace DataPlatform.Services.Agent.Fetching;

/// <summary>An artifact that can't be had or used; the message says which and why.</summary>
public sealed class FetchException(string message, bool mayPass = false) : Exception(message)
{
    /// <summary>Worth another try.</summary>
    public bool MayPass { get; } = mayPass;
}

namespace DataPlatform.Operators.Sdk;

/// <summary>Another scheduler holds the cluster's framework, or the master refuses it: going on would only fight.</summary>
public sealed class SchedulerReplacedException(string message) : Exception(message);

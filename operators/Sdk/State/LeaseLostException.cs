namespace DataPlatform.Operators.Sdk.State;

/// <summary>Another control plane has taken the lead: what this one still decides must reach nobody.</summary>
public sealed class LeaseLostException(string message) : Exception(message);

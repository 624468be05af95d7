namespace DataPlatform.Services.Agent.Configuration;

/// <summary>A setting that can't be used; the message names it, what was given and what is allowed.</summary>
public sealed class ConfigurationException(string message) : Exception(message);

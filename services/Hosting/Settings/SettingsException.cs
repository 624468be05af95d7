namespace DataPlatform.Services.Hosting.Settings;

/// <summary>A setting that can't be used; the message names it, what was given and what is allowed. Ends a start with status 2.</summary>
public sealed class SettingsException(string message) : Exception(message);

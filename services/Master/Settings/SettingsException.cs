namespace DataPlatform.Services.Master.Settings;

/// <summary>A setting that can't be used; the message names it and says what is allowed.</summary>
public sealed class SettingsException(string message) : Exception(message);

namespace DataPlatform.Services.Cli;

/// <summary>The command line asks for something that does not exist; the message says what is allowed.</summary>
public sealed class UsageException(string message) : Exception(message);

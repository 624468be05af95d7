namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>The quickstart can't go on; the message says why, and what to do when something can be done.</summary>
public sealed class QuickstartException(string message) : Exception(message);

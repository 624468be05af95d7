namespace DataPlatform.Services.Cli.Progress;

/// <summary>Whoever watched ended that; the message says what goes on all the same.</summary>
public sealed class WatchEndedException(string goesOn) : OperationCanceledException(goesOn);

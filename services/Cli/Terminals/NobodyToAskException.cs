namespace DataPlatform.Services.Cli.Terminals;

/// <summary>Something must be confirmed, and nobody sits at the terminal.</summary>
public sealed class NobodyToAskException(string question) : Exception($"{question} Nobody can be asked here, and nothing was changed: --yes answers yes");

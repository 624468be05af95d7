using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Launching;

/// <summary>What a process reads from and writes to; null for nothing.</summary>
/// <param name="Terminal">The path of one that stands for all three.</param>
internal sealed record StandardEnds(SafeFileHandle? Input, SafeFileHandle? Output, SafeFileHandle? Error, string? Terminal);

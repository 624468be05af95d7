namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>The first message of who runs a command beside a task: <c>GET /api/v1/clusters/{name}/tasks/{task}/exec</c>, a WebSocket.</summary>
/// <param name="Command">The program and its arguments; no shell reads them.</param>
/// <param name="Terminal">Of this size; null: no terminal.</param>
/// <param name="TerminalType">Its TERM.</param>
public sealed record ExecRequest(IReadOnlyList<string> Command, ExecWindow? Terminal, string? TerminalType);

/// <summary>The size of a terminal in characters.</summary>
public sealed record ExecWindow(int Rows, int Columns);

/// <summary>A later text message of the same; binary messages are what the command reads.</summary>
/// <param name="Window">The terminal has this size from now on.</param>
/// <param name="EndOfInput">The command reads no more than it was sent so far.</param>
public sealed record ExecControl(ExecWindow? Window, bool? EndOfInput);

/// <summary>The control plane's one text message, its last; its binary messages are a byte of <see cref="ExecStream"/> and what the command wrote to it.</summary>
/// <param name="ExitCode">As a shell tells it, 128 + n for signal n; null when it is not known or the command was not started.</param>
/// <param name="Problem">Why not.</param>
public sealed record ExecEnd(int? ExitCode, Problem? Problem);

public enum ExecStream : byte
{
    Output = 1,
    Error = 2,
}

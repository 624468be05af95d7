using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Terminals;

/// <summary>A command that runs beside a task, connected to this process's own input and outputs.</summary>
public sealed class RemoteCommand(ExecSocket socket)
{
    /// <summary>As a program ends that writes to a closed pipe.</summary>
    private static readonly ExecEnd NobodyReads = new(128 + 13, null);

    private static readonly ExecEnd Broken = new(null, new Problem("The connection to the control plane broke", 502, null, null));

    /// <param name="terminal">It has one, as large as this process's.</param>
    /// <param name="input">Pass standard input on; else there is none for it.</param>
    public async Task<ExecEnd> RunAsync(bool terminal, bool input, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var keys = terminal && LocalTerminal.IsInput ? LocalTerminal.PassAllKeys() : null;
        using var resized = terminal ? PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resize(over.Token)) : null;
        var sending = SendAsync(input, over.Token);
        try
        {
            var end = await ShowAsync(cancellation);
            await over.CancelAsync();
            await sending;
            await socket.CloseAsync(cancellation);
            return end;
        }
        catch (WebSocketException)
        {
            return Broken;
        }
        finally
        {
            await over.CancelAsync();
            await sending;
        }
    }

    private async Task<ExecEnd> ShowAsync(CancellationToken cancellation)
    {
        while (await socket.ReadAsync(cancellation) is { } message)
        {
            if (message.IsText)
                return JsonSerializer.Deserialize(message.Content.Span, ControlPlaneJson.Default.ExecEnd) ?? Broken;
            if (message.Content.Length == 0) continue;
            var to = (ExecStream)message.Content.Span[0] == ExecStream.Error ? StandardOutputs.Error : StandardOutputs.Output;
            if (!StandardOutputs.TryWrite(to, message.Content.Span[1..])) return NobodyReads;
        }

        return Broken;
    }

    private async Task SendAsync(bool input, CancellationToken cancellation)
    {
        try
        {
            if (input)
            {
                await foreach (var part in StandardInput.ReadAsync(cancellation)) await socket.SendAsync(part, cancellation);
            }

            await socket.SendAsync(new ExecControl(null, EndOfInput: true), ControlPlaneJson.Default.ExecControl, cancellation);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // The command has ended, or the connection: what is read tells.
        }
    }

    private void Resize(CancellationToken cancellation) => _ = ResizeAsync(cancellation);

    private async Task ResizeAsync(CancellationToken cancellation)
    {
        try
        {
            if (LocalTerminal.Size() is { } size) await socket.SendAsync(new ExecControl(size, null), ControlPlaneJson.Default.ExecControl, cancellation);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // The command has ended meanwhile.
        }
    }
}

using System.Net.WebSockets;
using System.Text.Json;
using DataPlatform.Core.Client.Administration;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.ControlPlane.Rest;

namespace DataPlatform.Services.ControlPlane.Exec;

/// <summary>Carries what is typed to a command at an agent, and what it writes back, until one of the two ends.</summary>
public sealed class ExecBridge(ExecSocket person, AgentSession session)
{
    private const int Signals = 0x7F;
    private const int FirstOfSignals = 128;

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var input = PassInputAsync(over);
        try
        {
            await person.SendAsync(await PassOutputAsync(over.Token), ControlPlaneJson.Default.ExecEnd, over.Token);
            await person.CloseAsync(over.Token);
            // A read that is cancelled breaks the connection, and with it what was sent last.
            await Task.WhenAny(input, Task.Delay(ExecRoute.ClosePatience, cancellation));
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // The person has gone; with the session the command ends.
        }
        finally
        {
            await over.CancelAsync();
            await input;
        }
    }

    private async Task<ExecEnd> PassOutputAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var part in session.ReadAsync(cancellation))
            {
                var stream = part.Type == ProcessIO.Types.Data.Types.Type.Stderr ? ExecStream.Error : ExecStream.Output;
                var data = part.Data_.Memory;
                for (; data.Length > 0; data = data[Math.Min(data.Length, ExecSocket.LargestMessage - 1)..])
                    await person.SendAsync((byte[])[(byte)stream, .. data.Span[..Math.Min(data.Length, ExecSocket.LargestMessage - 1)]], cancellation);
            }

            return await session.WaitAsync(cancellation) is { } status
                ? new ExecEnd((status & Signals) == 0 ? status >> 8 : FirstOfSignals + (status & Signals), null)
                : new ExecEnd(null, new Problem("The command has ended", 502, "how is not known", null));
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or RecordFormatException or MessageFormatException or MesosCallException)
        {
            return new ExecEnd(null, new Problem("The connection to the command broke", 502, broken.Message, null));
        }
    }

    /// <summary>Ends all when the person closes or sends what can't be understood.</summary>
    private async Task PassInputAsync(CancellationTokenSource over)
    {
        try
        {
            while (await person.ReadAsync(over.Token) is { } message)
            {
                if (!message.IsText) await session.WriteAsync(message.Content, over.Token);
                else if (!await TakeAsync(message.Content, over.Token)) break;
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or IOException)
        {
            // Closed, or the command has ended.
        }

        await over.CancelAsync();
    }

    private async Task<bool> TakeAsync(ReadOnlyMemory<byte> text, CancellationToken cancellation)
    {
        ExecControl? control;
        try
        {
            control = JsonSerializer.Deserialize<ExecControl>(text.Span, Refusals.StrictJson);
        }
        catch (JsonException)
        {
            return false;
        }

        if (control?.Window is { } window)
        {
            if (!ExecRoute.IsWindow(window)) return false;
            await session.ResizeAsync((uint)window.Rows, (uint)window.Columns, cancellation);
        }

        if (control?.EndOfInput == true) await session.EndInputAsync(cancellation);
        return control is not null;
    }
}

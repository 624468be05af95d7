using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Serving;
using DataPlatform.Services.Agent.Serving.Authentication;
using DataPlatform.Services.Hosting.Serving;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Attach = DataPlatform.Core.Protocol.Mesos.AgentOperatorCall.Types.AttachContainerInput;
using Control = DataPlatform.Core.Protocol.Mesos.ProcessIO.Types.Control;
using Data = DataPlatform.Core.Protocol.Mesos.ProcessIO.Types.Data;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>
/// ATTACH_CONTAINER_INPUT: a request that is a stream of records. The first names the container, the others hold what it reads and how
/// large its terminal is. It is answered when the input or the container has ended.
/// </summary>
internal sealed class InputEndpoint(NestedContainers nested, AgentRights rights)
{
    /// <summary>Of one record; a longer input is many of them.</summary>
    private const int LongestRecord = 256 * 1024;

    /// <summary>Clients say now and then that they are there.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(5);

    public async Task HandleAsync(HttpContext context)
    {
        if (await StreamedMedia.CodecOfRecordsAsync(context) is not { } codec)
            return;
        // It is as long as it is, and comes when somebody types. Each record has its bounds.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        context.Response.Headers.Connection = "close";
        var records = new RecordReader(context.Request.Body, LongestRecord);
        try
        {
            if (await ReadAsync(records, codec, context.RequestAborted) is not { } first)
                await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, "The request ended before its first record");
            else if (first.Type != Attach.Types.Type.ContainerId)
                await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, "The first record of 'attach_container_input' must be of the type CONTAINER_ID");
            else if (NestedName.WhyNot(first.ContainerId, "attach_container_input.container_id", out var name) is { } why)
                await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, why);
            else if (rights.WhyNotAny(context.Caller(), NestedRights.OfInput) is { } forbidden)
                await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, forbidden);
            else if (await NestedEndpoint.FindAsync(context, nested, rights, name!, NestedRights.OfInput) is { } container)
                await AttachAsync(context, container, records, codec);
        }
        catch (Exception problem) when (problem is RecordFormatException or MessageFormatException)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, problem.Message);
        }
        catch (TimeoutException)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status408RequestTimeout, $"Nothing came for {LongestSilence.TotalMinutes:0} minutes, not even a HEARTBEAT");
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // Who calls has gone; the container goes on.
        }
    }

    private static async Task AttachAsync(HttpContext context, NestedContainer container, RecordReader records, MessageCodec codec)
    {
        if (container.Input is not { } input)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, $"The container '{container.Id.Value}' takes no input: it is no session and has no terminal");
            return;
        }

        if (!input.TryTake())
        {
            await Refusal.WriteAsync(context, StatusCodes.Status409Conflict, $"Somebody else gives the container '{container.Id.Value}' its input");
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var ended = container.Ended.ContinueWith(_ => over.Cancel(), context.RequestAborted, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            while (await ReadAsync(records, codec, over.Token) is { } record)
            {
                if (await TakeAsync(record, container, input, over.Token) is not { } why)
                    continue;
                await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, why);
                return;
            }
        }
        catch (Exception problem) when (container.Ended.IsCompleted && problem is OperationCanceledException or ObjectDisposedException)
        {
            // There is nothing left that would read it.
        }
        finally
        {
            input.GiveBack();
        }
    }

    /// <returns>Why the record is refused, or null.</returns>
    private static async ValueTask<string?> TakeAsync(Attach record, NestedContainer container, ProcessInput input, CancellationToken cancellation)
    {
        if (record.Type != Attach.Types.Type.ProcessIo || record.ProcessIo is not { } io)
            return "Each record of 'attach_container_input' but the first must be of the type PROCESS_IO, with 'process_io'";
        switch (io)
        {
            case { Type: ProcessIO.Types.Type.Data, Data: { Type: Data.Types.Type.Stdin } data }:
                await (data.Data_.IsEmpty ? input.EndAsync(cancellation) : input.WriteAsync(data.Data_.Memory, cancellation));
                return null;
            case { Type: ProcessIO.Types.Type.Control, Control: { Type: Control.Types.Type.Heartbeat } }:
                return null;
            case { Type: ProcessIO.Types.Type.Control, Control: { Type: Control.Types.Type.TtyInfo, TtyInfo.WindowSize: { } given } }:
                if (!container.HasTerminal)
                    return $"The container '{container.Id.Value}' has no terminal";
                if (WindowSize.WhyNot(given, "process_io.control.tty_info.window_size", out var window) is { } why)
                    return why;
                container.Resize(window!.Value);
                return null;
            default:
                return "'process_io' must be DATA of the type STDIN, or CONTROL of the type TTY_INFO or HEARTBEAT, with the part that its type names";
        }
    }

    /// <summary>Null at the end of the request.</summary>
    /// <exception cref="TimeoutException">Nothing came for too long.</exception>
    private static async Task<Attach?> ReadAsync(RecordReader records, MessageCodec codec, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(LongestSilence);
        try
        {
            if (await records.ReadAsync(silence.Token) is not { } record)
                return null;
            var call = codec.Decode<AgentOperatorCall>(record);
            return call is { Type: AgentOperatorCall.Types.Type.AttachContainerInput, AttachContainerInput: { } attach }
                ? attach
                : throw new MessageFormatException($"A request of {StreamedMedia.Records} is for ATTACH_CONTAINER_INPUT only, with 'attach_container_input' in each record");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }
}

using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Master.Security;
using DataPlatform.Services.Hosting.Serving.Streams;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>POST /api/v1/scheduler.</summary>
internal sealed class SchedulerEndpoint(MasterRuntime master, Callers callers, CallLimits limits, Shares shares, MessageCounters messages)
{
    private const string StreamIdHeader = "Mesos-Stream-Id";

    private static readonly SchedulerEvent Heartbeat = new() { Type = SchedulerEvent.Types.Type.Heartbeat };

    public async Task HandleAsync(HttpContext context)
    {
        if (await callers.CheckAsync(context, "mesos-master-scheduler") is not { } caller)
            return;
        if (shares.WhyNotCall(caller) is { } tooMany)
        {
            await Answers.RefuseForNowAsync(context, tooMany);
            return;
        }

        if (await Bodies.ReadAsync<SchedulerCall>(context) is not var (call, _))
            return;
        messages.Count(call);
        if ((SchedulerCalls.WhyNot(call) ?? limits.WhyNot(call)) is { } why)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, why);
            return;
        }

        var streamId = context.Request.Headers[StreamIdHeader].FirstOrDefault();
        if (call.Type == SchedulerCall.Types.Type.Subscribe)
        {
            await SubscribeAsync(context, call, streamId, caller);
            return;
        }

        using var turn = await shares.EnterAsync(caller, context.RequestAborted);
        await Answers.WriteAsync(context, await master.Writer.DecideAsync(
            new PoolCommand.SchedulerRequest(call, streamId, caller), context.RequestAborted));
    }

    private async Task SubscribeAsync(HttpContext context, SchedulerCall call, string? streamId, Caller caller)
    {
        if (Media.Accepted(context.Request) is not { } codec)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status406NotAcceptable, $"Accept allows neither of {Media.Allowed}");
            return;
        }

        if (streamId is not null)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, $"SUBSCRIBE carries the header {StreamIdHeader}; it opens a stream of its own");
            return;
        }

        using var place = await StreamPlaces.TakeAsync(context, shares, caller);
        if (place is null)
            return;

        using var stream = new EventStream(codec);
        master.Streams.Add(stream);
        try
        {
            var outcome = await master.Writer.DecideAsync(new PoolCommand.Subscribe(call, stream.Id, caller), context.RequestAborted);
            if (outcome is PoolOutcome.Refused)
            {
                await Answers.WriteAsync(context, outcome);
                return;
            }

            context.Response.ContentType = codec.ContentType;
            context.Response.Headers[StreamIdHeader] = stream.Id;
            stream.Repeat(Heartbeat, master.HeartbeatInterval, master.Time);
            await stream.WriteToAsync(context.Response, context.RequestAborted);
        }
        finally
        {
            master.Streams.Remove(stream);
            await master.TellAsync(new PoolCommand.SchedulerStreamClosed(stream.Id));
        }
    }
}

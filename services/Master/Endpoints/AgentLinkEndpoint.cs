using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Master.Security;
using DataPlatform.Services.Hosting.Serving.Streams;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>POST /api/v1/agent-link: our own protocol with agents.</summary>
internal sealed class AgentLinkEndpoint(MasterRuntime master, Callers callers, Shares shares, MessageCounters messages)
{
    private const string StreamIdHeader = "Dataplatform-Stream-Id";

    public async Task HandleAsync(HttpContext context)
    {
        if (await callers.CheckAsync(context, "mesos-master-agent") is not { } caller)
            return;
        if (shares.WhyNotCall(caller) is { } tooMany)
        {
            await Answers.RefuseForNowAsync(context, tooMany);
            return;
        }

        if (await Bodies.ReadAsync<AgentCall>(context) is not var (call, codec))
            return;
        messages.Count(call);
        if (call.Type != AgentCall.Types.Type.Register)
        {
            using var turn = await shares.EnterAsync(caller, context.RequestAborted);
            await Answers.WriteAsync(context, await master.Writer.DecideAsync(
                new PoolCommand.AgentRequest(call, context.Request.Headers[StreamIdHeader].FirstOrDefault(), caller), context.RequestAborted));
            return;
        }

        if (call.Register is null)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "register is missing; a call of this type carries it");
            return;
        }

        await RegisterAsync(context, call, codec, caller);
    }

    private async Task RegisterAsync(HttpContext context, AgentCall call, MessageCodec codec, Caller caller)
    {
        using var place = await StreamPlaces.TakeAsync(context, shares, caller);
        if (place is null)
            return;

        using var stream = new EventStream(codec);
        master.Streams.Add(stream);
        try
        {
            var outcome = await master.Writer.DecideAsync(
                new PoolCommand.RegisterAgent(call.Register, call.AgentId, stream.Id, caller), context.RequestAborted);
            if (outcome is PoolOutcome.Refused)
            {
                await Answers.WriteAsync(context, outcome);
                return;
            }

            context.Response.ContentType = codec.ContentType;
            context.Response.Headers[StreamIdHeader] = stream.Id;
            await stream.WriteToAsync(context.Response, context.RequestAborted);
        }
        finally
        {
            master.Streams.Remove(stream);
            await master.TellAsync(new PoolCommand.AgentStreamClosed(stream.Id));
        }
    }
}

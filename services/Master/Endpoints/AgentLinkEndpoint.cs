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
            await AnswerAsync(context, call, caller);
        else if (call.Register is null)
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "register is missing; a call of this type carries it");
        else if (await AdmitAsync(context, call, codec, caller) is { } link)
            // Hours: what the agent registered with must not be held for as long.
            await FollowAsync(context, link, codec);
    }

    private async Task AnswerAsync(HttpContext context, AgentCall call, Caller caller)
    {
        var most = master.MostAgentUpdates;
        if (call.Type == AgentCall.Types.Type.Updates && (call.Updates.Count == 0 || call.Updates.Count > most))
        {
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, $"updates has {call.Updates.Count} entries; 1 to {most} are allowed");
            return;
        }

        using var turn = await shares.EnterAsync(caller, context.RequestAborted);
        var streamId = context.Request.Headers[StreamIdHeader].FirstOrDefault();
        var outcomes = await Task.WhenAll(Parts(call).Select(part => master.Writer.DecideAsync(new PoolCommand.AgentRequest(part, streamId, caller), context.RequestAborted)));
        await Answers.WriteAsync(context, outcomes.FirstOrDefault(outcome => outcome is PoolOutcome.Refused) ?? outcomes[0]);
    }

    /// <summary>Each of several updates is decided by itself, as if it had come alone.</summary>
    private static IEnumerable<AgentCall> Parts(AgentCall call) => call.Type == AgentCall.Types.Type.Updates
        ? call.Updates.Select(update => new AgentCall { Type = AgentCall.Types.Type.Update, AgentId = call.AgentId, Update = update })
        : [call];

    /// <summary>Null when the request was answered with why not.</summary>
    private async Task<AgentStream?> AdmitAsync(HttpContext context, AgentCall call, MessageCodec codec, Caller caller)
    {
        if (await StreamPlaces.TakeAsync(context, shares, caller) is not { } place)
            return null;
        RegistrationParts.Share(call.Register);
        var link = new AgentStream(master, codec, place);
        var isIn = false;
        try
        {
            var outcome = await master.Writer.DecideAsync(
                new PoolCommand.RegisterAgent(call.Register, call.AgentId, link.Events.Id, caller), context.RequestAborted);
            isIn = outcome is not PoolOutcome.Refused;
            if (!isIn)
                await Answers.WriteAsync(context, outcome);
            return isIn ? link : null;
        }
        finally
        {
            if (!isIn)
                await link.DisposeAsync();
        }
    }

    private static async Task FollowAsync(HttpContext context, AgentStream link, MessageCodec codec)
    {
        await using (link)
        {
            context.Response.ContentType = codec.ContentType;
            context.Response.Headers[StreamIdHeader] = link.Events.Id;
            await link.Events.WriteToAsync(context.Response, context.RequestAborted);
        }
    }

    /// <summary>The open stream of one agent, with its place in its caller's share.</summary>
    private sealed class AgentStream : IAsyncDisposable
    {
        private readonly MasterRuntime _master;
        private readonly IDisposable _place;

        public AgentStream(MasterRuntime master, MessageCodec codec, IDisposable place)
        {
            (_master, _place, Events) = (master, place, new EventStream(codec));
            master.Streams.Add(Events);
        }

        public EventStream Events { get; }

        public async ValueTask DisposeAsync()
        {
            using (_place)
            using (Events)
            {
                _master.Streams.Remove(Events);
                await _master.TellAsync(new PoolCommand.AgentStreamClosed(Events.Id));
            }
        }
    }
}

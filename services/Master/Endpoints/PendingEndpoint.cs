using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Master.Security;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>POST /api/v1/pending: why a framework waits, and what would change it. Answered by the copy for readers.</summary>
internal sealed class PendingEndpoint(MasterRuntime master, Callers callers, AccessRules access, Shares shares)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (await callers.CheckAsync(context, "mesos-master-readonly") is not { } caller)
            return;
        if (shares.WhyNotCall(caller) is { } tooMany)
        {
            await Answers.RefuseForNowAsync(context, tooMany);
            return;
        }

        if (await Bodies.ReadAsync<PendingCall>(context) is not var (call, _))
            return;
        if (Media.Accepted(context.Request) is not { } codec)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status406NotAcceptable, $"Accept allows neither of {Media.Allowed}");
            return;
        }

        if (!PendingMessages.TryRead(call, out var question, out var reason))
        {
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, reason);
            return;
        }

        using var turn = await shares.EnterAsync(caller, context.RequestAborted);
        var visibility = new Visibility(access, caller);
        // The copy has no clock of its own: what the pool's own clock shows is known from how far the wall is ahead of it.
        switch (await master.Replica.ReadAsync(
            state => PendingViews.Ask(state, question, visibility, master.Time.GetUtcNow() - state.WallOffset), context.RequestAborted))
        {
            case PendingOutcome.Answered(var answer):
                context.Response.ContentType = codec.ContentType;
                await codec.WriteAsync(context.Response.BodyWriter, PendingMessages.ToMessage(answer), context.RequestAborted);
                break;
            case PendingOutcome.NoSuchFramework:
                await Answers.RefuseAsync(context, StatusCodes.Status404NotFound,
                    "There is no such framework, or none that the caller may see (view_frameworks)");
                break;
            case PendingOutcome.WhichRole(var roles):
                await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, $"role is missing, and the framework has several: {string.Join(", ", roles)}");
                break;
            default:
                throw new InvalidOperationException("No rule answers this");
        }
    }
}

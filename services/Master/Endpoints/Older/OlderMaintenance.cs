using System.Text;
using System.Text.Json;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Hosting.Serving;
using DataPlatform.Services.Master.Security;
using Google.Protobuf;
using CallType = DataPlatform.Core.Protocol.Mesos.OperatorCall.Types.Type;

namespace DataPlatform.Services.Master.Endpoints.Older;

/// <summary>Maintenance as it was read and changed before the operator API, with the same rights.</summary>
internal sealed class OlderMaintenance(MasterRuntime master, Callers callers, AccessRules access, Shares shares)
{
    private const string ReadRealm = "mesos-master-readonly";
    private const string WriteRealm = "mesos-master-readwrite";

    public Task ScheduleAsync(HttpContext context) => HttpMethods.IsGet(context.Request.Method)
        ? ReadAsync(context, CallType.GetMaintenanceSchedule, WriteRealm, answer => answer.GetMaintenanceSchedule.Schedule)
        : ChangeAsync(context, CallType.UpdateMaintenanceSchedule, "GET, POST", (body, caller) =>
            new PoolCommand.UpdateMaintenanceSchedule(MessageCodec.Json.Decode<Schedule>(body.Span), caller));

    public Task StatusAsync(HttpContext context) =>
        ReadAsync(context, CallType.GetMaintenanceStatus, ReadRealm, answer => answer.GetMaintenanceStatus.Status);

    public Task DownAsync(HttpContext context) => ChangeAsync(context, CallType.StartMaintenance, "POST", (body, caller) =>
        new PoolCommand.StartMaintenance(Machines(body), caller));

    public Task UpAsync(HttpContext context) => ChangeAsync(context, CallType.StopMaintenance, "POST", (body, caller) =>
        new PoolCommand.StopMaintenance(Machines(body), caller));

    private async Task ReadAsync(HttpContext context, CallType call, string realm, Func<OperatorResponse, IMessage> part)
    {
        if (await CallerAsync(context, call, realm) is not { } caller)
            return;
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            await Answers.RefuseMethodAsync(context, "GET");
            return;
        }

        using var turn = await shares.EnterAsync(caller, context.RequestAborted);
        var visibility = new Visibility(access, caller);
        var answer = await master.Replica.ReadAsync(state => OperatorViews.Answer(state, call, visibility), context.RequestAborted);
        context.Response.ContentType = MessageCodec.Json.ContentType;
        await MessageCodec.Json.WriteAsync(context.Response.BodyWriter, part(answer!), context.RequestAborted);
    }

    private async Task ChangeAsync(HttpContext context, CallType call, string allowed, Func<ReadOnlyMemory<byte>, Caller, PoolCommand> command)
    {
        if (await CallerAsync(context, call, WriteRealm) is not { } caller)
            return;
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await Answers.RefuseMethodAsync(context, allowed);
            return;
        }

        switch (await WholeBody.ReadAsync(context, Bodies.LargestBody))
        {
            case WholeBody.Refused(var status, var reason):
                await Answers.RefuseAsync(context, status, reason);
                break;
            case WholeBody.Read(var body):
                await DecideAsync(context, body, caller, command);
                break;
            default:
                throw new InvalidOperationException("No rule for this body");
        }
    }

    private async Task DecideAsync(HttpContext context, ReadOnlyMemory<byte> body, Caller caller, Func<ReadOnlyMemory<byte>, Caller, PoolCommand> command)
    {
        PoolCommand read;
        try
        {
            // Whatever the Content-Type says: these are called with what curl -d sends.
            read = command(body, caller);
        }
        catch (Exception error) when (error is MessageFormatException or JsonException)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, error.Message);
            return;
        }

        await Answers.WriteAsync(context, await master.Writer.DecideAsync(read, context.RequestAborted));
    }

    private async Task<Caller?> CallerAsync(HttpContext context, CallType call, string realm)
    {
        if (await callers.CheckAsync(context, realm) is not { } caller)
            return null;
        if (shares.WhyNotCall(caller) is { } tooMany)
        {
            await Answers.RefuseForNowAsync(context, tooMany);
            return null;
        }

        if (OperatorRights.WhyNot(access, caller, call) is not { } forbidden)
            return caller;
        await Answers.RefuseAsync(context, StatusCodes.Status403Forbidden, forbidden);
        return null;
    }

    /// <summary>A list of machines, which no message is.</summary>
    private static List<MachineID> Machines(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw new MessageFormatException("The body is no list of machines, such as [{\"hostname\":\"host-1\",\"ip\":\"10.0.0.1\"}]");
        return [.. document.RootElement.EnumerateArray().Select(machine => MessageCodec.Json.Decode<MachineID>(Encoding.UTF8.GetBytes(machine.GetRawText())))];
    }
}

using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Hosting.Serving;
using DataPlatform.Services.Master.Security;
using DataPlatform.Services.Master.Settings;
using DataPlatform.Services.Hosting.Serving.Streams;
using CallType = DataPlatform.Core.Protocol.Mesos.OperatorCall.Types.Type;
using ResponseType = DataPlatform.Core.Protocol.Mesos.OperatorResponse.Types.Type;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>POST /api/v1: what operators read and do.</summary>
internal sealed class OperatorEndpoint(
    MasterRuntime master, Callers callers, MasterSettings settings, Shares shares, Func<MasterCondition> condition, MessageCounters messages)
{
    private readonly AccessRules access = settings.Pool.Access;

    public required LoggingLevel LoggingLevel { get; init; }

    public async Task HandleAsync(HttpContext context)
    {
        if (await callers.CheckAsync(context, "mesos-master-readwrite") is not { } caller)
            return;
        if (shares.WhyNotCall(caller) is { } tooMany)
        {
            await Answers.RefuseForNowAsync(context, tooMany);
            return;
        }

        if (await Bodies.ReadAsync<OperatorCall>(context) is not var (call, _))
            return;
        if (Media.Accepted(context.Request) is not { } codec)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status406NotAcceptable, $"Accept allows neither of {Media.Allowed}");
            return;
        }

        if (OperatorRights.WhyNot(access, caller, call.Type) is { } forbidden)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status403Forbidden, forbidden);
            return;
        }

        switch (call.Type)
        {
            case CallType.Unknown:
                await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "type is missing or unknown; it says which call this is, such as GET_STATE");
                break;
            case CallType.Subscribe:
                await SubscribeAsync(context, codec, caller);
                break;
            case CallType.Teardown:
                await ChangeAsync(context, call.Teardown is { } teardown ? new PoolCommand.TearDown(teardown.FrameworkId.Value, caller) : null, "teardown");
                break;
            case CallType.MarkAgentGone:
                await ChangeAsync(context, call.MarkAgentGone is { } gone ? new PoolCommand.MarkAgentGone(gone.AgentId.Value, caller) : null, "mark_agent_gone");
                break;
            case CallType.DeactivateAgent:
                await ChangeAsync(context, call.DeactivateAgent is { } off ? new PoolCommand.DeactivateAgent(off.AgentId.Value, caller) : null, "deactivate_agent");
                break;
            case CallType.ReactivateAgent:
                await ChangeAsync(context, call.ReactivateAgent is { } on ? new PoolCommand.ReactivateAgent(on.AgentId.Value, caller) : null, "reactivate_agent");
                break;
            case CallType.DrainAgent:
                await ChangeAsync(context, call.DrainAgent is { } drain ? new PoolCommand.DrainAgent(drain.AgentId.Value, Config(drain), caller) : null, "drain_agent");
                break;
            case CallType.UpdateQuota:
                await ChangeAsync(context, call.UpdateQuota is { } quotas ? new PoolCommand.UpdateQuotas(quotas.QuotaConfigs, quotas.Force, caller) : null, "update_quota");
                break;
            case CallType.SetQuota:
                await ChangeAsync(context, call.SetQuota is { } set ? new PoolCommand.SetQuota(set.QuotaRequest, caller) : null, "set_quota");
                break;
            case CallType.RemoveQuota:
                await ChangeAsync(context, call.RemoveQuota is { } remove ? new PoolCommand.RemoveQuota(remove.Role, caller) : null, "remove_quota");
                break;
            case CallType.UpdateWeights:
                await ChangeAsync(context, call.UpdateWeights is { } weights ? new PoolCommand.UpdateWeights(weights.WeightInfos, caller) : null, "update_weights");
                break;
            case var type when OperationCalls.Are(type):
                await ChangeAsync(context, OperationCalls.Command(call, caller), "what the type names, or its agent_id,");
                break;
            case var type when MaintenanceCalls.Are(type):
                await ChangeAsync(context, MaintenanceCalls.Command(call, caller), "what the type names");
                break;
            case var type when LogCalls.Are(type):
                await LogCalls.AnswerAsync(context, call, LoggingLevel);
                break;
            default:
                await ReadAsync(context, call, codec, caller);
                break;
        }
    }

    private static DrainConfig Config(OperatorCall.Types.DrainAgent drain)
    {
        var config = new DrainConfig { MarkGone = drain.MarkGone };
        if (drain.MaxGracePeriod is { } most)
            config.MaxGracePeriod = new DurationInfo { Nanoseconds = (most.Seconds * 1_000_000_000) + most.Nanos };
        return config;
    }

    private async Task ReadAsync(HttpContext context, OperatorCall call, MessageCodec codec, Caller caller)
    {
        using var turn = await shares.EnterAsync(caller, context.RequestAborted);
        var visibility = new Visibility(access, caller);
        var answer = Own(call.Type)
            ?? await master.Replica.ReadAsync(state => OperatorViews.Answer(state, call.Type, visibility), context.RequestAborted);
        if (answer is null)
        {
            await Answers.RefuseAsync(context, StatusCodes.Status501NotImplemented, $"{call.Type} is not supported by this master");
            return;
        }

        if (answer.GetMetrics is { } metrics)
            metrics.Metrics.Add(messages.All.Concat(HostMetrics.Read()).Select(metric => new Metric { Name = metric.Name, Value = metric.Value }));
        context.Response.ContentType = codec.ContentType;
        await codec.WriteAsync(context.Response.BodyWriter, answer, context.RequestAborted);
    }

    /// <summary>What the process knows without asking the pool.</summary>
    private OperatorResponse? Own(CallType type)
    {
        switch (type)
        {
            case CallType.GetHealth:
                return new() { Type = ResponseType.GetHealth, GetHealth = new() { Healthy = condition().IsHealthy } };
            case CallType.GetLoggingLevel:
                return new() { Type = ResponseType.GetLoggingLevel, GetLoggingLevel = new() { Level = LoggingLevel.Current } };
            case CallType.GetVersion:
                return new() { Type = ResponseType.GetVersion, GetVersion = new() { VersionInfo = MasterVersion.Info } };
            case CallType.GetFlags:
                var flags = new OperatorResponse.Types.GetFlags();
                flags.Flags.Add(settings.Flags.Select(flag => new Flag { Name = flag.Key.Replace('-', '_'), Value = flag.Value }));
                return new() { Type = ResponseType.GetFlags, GetFlags = flags };
            default:
                return null;
        }
    }

    private async Task ChangeAsync(HttpContext context, PoolCommand? command, string body)
    {
        if (command is null)
            await Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, $"{body} is missing; a call of this type carries it");
        else
            await Answers.WriteAsync(context, await master.Writer.DecideAsync(command, context.RequestAborted));
    }

    private async Task SubscribeAsync(HttpContext context, MessageCodec codec, Caller caller)
    {
        using var place = await StreamPlaces.TakeAsync(context, shares, caller);
        if (place is null)
            return;

        var feed = new VisibleFeed(new Visibility(access, caller));
        using var stream = new EventStream(codec) { Filter = message => message is OperatorEvent news ? feed.See(news) : message };
        master.Streams.Add(stream);
        try
        {
            await master.Replica.AddOperatorAsync(stream, context.RequestAborted);
            context.Response.ContentType = codec.ContentType;
            stream.Repeat(OperatorFeed.Heartbeat, master.HeartbeatInterval, master.Time);
            await stream.WriteToAsync(context.Response, context.RequestAborted);
        }
        finally
        {
            master.Streams.Remove(stream);
            await master.ForgetOperatorAsync(stream);
        }
    }
}

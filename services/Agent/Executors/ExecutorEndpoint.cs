using System.Globalization;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Serving;
using DataPlatform.Services.Hosting.Serving;
using DataPlatform.Services.Hosting.Serving.Streams;
using CallType = DataPlatform.Core.Protocol.Mesos.ExecutorCall.Types.Type;

namespace DataPlatform.Services.Agent.Executors;

/// <summary><c>POST /api/v1/executor</c>: Mesos's executor API, JSON and protobuf.</summary>
internal sealed class ExecutorEndpoint(AgentLoop loop, ExecutorTokens tokens, StreamTable streams, MessageLimits messages, Func<AgentInfo> self, TimeProvider time)
{
    public const string Path = "/api/v1/executor";
    private const string Scheme = "Bearer ";
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromMinutes(30);
    private static readonly ExecutorEvent Heartbeat = new() { Type = ExecutorEvent.Types.Type.Heartbeat };

    public async Task HandleAsync(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || tokens.Read(authorization[Scheme.Length..].Trim()) is not var (executor, containerId))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"mesos-agent-executor\"";
            await Refusal.WriteAsync(context, StatusCodes.Status401Unauthorized, "An executor shows what is in its MESOS_EXECUTOR_AUTHENTICATION_TOKEN as 'Authorization: Bearer TOKEN'");
            return;
        }

        context.WelcomeConnection();
        if (await AgentCalls.CodecOfAsync(context) is not { } codec || await AgentCalls.ReadAsync<ExecutorCall>(context, codec, OperatorApi.LongestBody) is not { } call)
            return;
        if (ExecutorCalls.WhyNot(call) is { } why)
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, why);
        else if (new ExecutorKey(call.FrameworkId.Value, call.ExecutorId.Value) != executor)
            await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, "The call's framework_id and executor_id are not those of the caller's token");
        else if (await loop.ReadAsync(core => WhyNot(core, executor, containerId, call)) is var (status, refusal))
            await Refusal.WriteAsync(context, status, refusal);
        else if (call.Type == CallType.Subscribe)
            await SubscribeAsync(context, call, codec, executor, containerId);
        else
            await TakeAsync(context, call, executor);
    }

    private static (int Status, string Why)? WhyNot(AgentCore core, ExecutorKey key, string containerId, ExecutorCall call)
    {
        if (!core.Executors.TryGetValue(key, out var executor))
        {
            return (StatusCodes.Status400BadRequest, core.Runs.Any(run => run.Key.FrameworkId == key.FrameworkId) || core.Executors.Keys.Any(other => other.FrameworkId == key.FrameworkId)
                ? "Executor cannot be found" : "Framework cannot be found");
        }

        if (executor.Program.ContainerId != containerId)
            return (StatusCodes.Status403Forbidden, "The caller's token is that of an executor that has ended");
        if (call.Type != CallType.Subscribe && !executor.HasSubscribed)
            return (StatusCodes.Status403Forbidden, "Executor is not subscribed");
        if (call.Type != CallType.Update)
            return null;
        if (core.WhyNotUpdate(key, call.Update.Status.TaskId.Value) is { } why)
            return (StatusCodes.Status400BadRequest, $"update.status.task_id: {why}");
        return core.HasTooManyUpdates(key, call.Update.Status.TaskId.Value)
            ? (StatusCodes.Status429TooManyRequests, "Too many updates of the task wait for the scheduler's acknowledgement; try again later") : null;
    }

    private async Task TakeAsync(HttpContext context, ExecutorCall call, ExecutorKey executor)
    {
        if (call.Type == CallType.Update)
            await loop.PostAsync(new AgentInput.ExecutorUpdate(executor, call.Update.Status));
        else if (call.Type == CallType.Message && messages.Wait(executor) is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await Refusal.WriteAsync(context, StatusCodes.Status429TooManyRequests, messages.Sentence);
            return;
        }
        else if (call.Type == CallType.Message)
            await loop.PostAsync(new AgentInput.MessageOfExecutor(executor, call.Message.Data));
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private async Task SubscribeAsync(HttpContext context, ExecutorCall call, MessageCodec fallback, ExecutorKey executor, string containerId)
    {
        if (AgentCalls.AnswerCodec(context.Request, fallback) is not { } codec)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status406NotAcceptable, AgentCalls.NotAcceptable);
            return;
        }

        using var stream = new EventStream(codec);
        streams.Add(stream);
        try
        {
            await loop.PostAsync(new AgentInput.ExecutorSubscribed(
                executor, containerId, stream.Id, self(), [.. call.Subscribe?.UnacknowledgedTasks ?? []], [.. call.Subscribe?.UnacknowledgedUpdates.Select(each => each.Status) ?? []]));
            context.Response.ContentType = codec.ContentType;
            stream.Repeat(Heartbeat, HeartbeatInterval, time);
            await stream.WriteToAsync(context.Response, context.RequestAborted);
        }
        finally
        {
            streams.Remove(stream);
            await loop.PostAsync(new AgentInput.ExecutorStreamClosed(executor, stream.Id));
        }
    }
}

using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Serving;
using DataPlatform.Services.Agent.Serving.Authentication;
using DataPlatform.Services.Hosting.Serving;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using AnswerType = DataPlatform.Core.Protocol.Mesos.AgentOperatorResponse.Types.Type;
using Answer = DataPlatform.Core.Protocol.Mesos.AgentOperatorResponse.Types;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>Mesos's calls about containers within tasks' containers, but for the one that is itself a stream.</summary>
internal sealed class NestedEndpoint(AgentLoop loop, NestedContainers nested, AgentRights rights, TimeProvider time, ILogger log)
{
    /// <summary>A session's reader that takes nothing for so long has gone, whatever its connection says.</summary>
    private static readonly TimeSpan ReaderPatience = TimeSpan.FromMinutes(5);

    public async Task HandleAsync(HttpContext context, AgentOperatorCall given, AnswerForm form)
    {
        if (given.Type == AgentOperatorCall.Types.Type.AttachContainerInput)
            await Refusal.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, $"ATTACH_CONTAINER_INPUT is a request of {StreamedMedia.Records}");
        else if (NestedCall.WhyNot(given, out var call) is { } why)
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, why);
        else if (rights.WhyNotAny(context.Caller(), NestedRights.Of(call!)) is { } forbidden)
            await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, forbidden);
        else if (call is NestedCall.Launch launch)
            await LaunchAsync(context, launch, launch.Command, form, null);
        else if (call is NestedCall.Session session)
            await SessionAsync(context, session, form);
        else if (await FindAsync(context, nested, rights, call!.Name, NestedRights.Of(call)) is { } container)
            await ActAsync(context, call, container, form);
    }

    /// <summary>Those that run and that the caller may see, as GET_CONTAINERS shows them.</summary>
    public IEnumerable<Answer.GetContainers.Types.Container> Shown(Visibility visible) =>
        nested.Running.Where(each => visible.Container(each.User)).OrderBy(each => each.Id.Key, StringComparer.Ordinal).Select(each => new Answer.GetContainers.Types.Container
        {
            FrameworkId = new FrameworkID { Value = each.TaskKey.FrameworkId },
            ExecutorId = new ExecutorID { Value = each.TaskKey.TaskId },
            ExecutorName = each.ExecutorName,
            ContainerId = each.Id.ToMessage(),
            ContainerStatus = new ContainerStatus { ContainerId = each.Id.ToMessage(), ExecutorPid = (uint)each.FirstPid },
        });

    /// <summary>Null when the request was answered with why not.</summary>
    internal static async Task<NestedContainer?> FindAsync(
        HttpContext context, NestedContainers nested, AgentRights rights, NestedName name, IReadOnlyList<AccessAction> actions)
    {
        if (name.Readings.Select(nested.Find).FirstOrDefault(each => each is not null) is not { } container)
            await Refusal.WriteAsync(context, StatusCodes.Status404NotFound, $"There is no container '{name.Value}' within the container '{name.Parent}'");
        else if (rights.WhyNot(context.Caller(), actions, container.User) is { } forbidden)
            await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, forbidden);
        else
            return container;
        return null;
    }

    private async Task ActAsync(HttpContext context, NestedCall call, NestedContainer container, AnswerForm form)
    {
        switch (call)
        {
            case NestedCall.Wait wait:
                await WaitAsync(context, container, wait.Newer, form);
                break;
            case NestedCall.Kill kill:
                if (!container.Signal(kill.Signal))
                    await Refusal.WriteAsync(context, StatusCodes.Status404NotFound, $"The container '{container.Id.Value}' has ended");
                break;
            case NestedCall.Remove:
                if (!nested.Remove(container))
                    await Refusal.WriteAsync(context, StatusCodes.Status409Conflict, $"The container '{container.Id.Value}' runs: end it first");
                break;
            case NestedCall.AttachOutput:
                using (var output = new ProcessOutput(patience: null, time))
                {
                    if (container.TryAdd(output, out var why))
                        await StreamAsync(context, container, output, form);
                    else
                        await Refusal.WriteAsync(context, StatusCodes.Status409Conflict, $"The container '{container.Id.Value}' {why}");
                }

                break;
            default:
                throw new InvalidOperationException($"Unhandled call {call}");
        }
    }

    /// <summary>Null when the request was answered with why not; an answer in good order is left to the caller.</summary>
    private async Task<NestedContainer?> LaunchAsync(HttpContext context, NestedCall call, NestedCommand command, AnswerForm form, ProcessOutput? first)
    {
        var (found, agentId) = await loop.ReadAsync(core => (NestedPlace.Of(call.Name, core), core.AgentId));
        if (found is not var (id, parent) || id.Path.Count > NestedId.Deepest)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, found is null
                ? $"No task runs in the container '{call.Name.Parent}'" : $"The container '{call.Name.Value}' would stand {found.Value.Id.Path.Count} deep within its task's; at most {NestedId.Deepest} are allowed");
            return null;
        }

        var user = TaskUser.Of(parent);
        if (rights.WhyNot(context.Caller(), NestedRights.Of(call), user) is { } forbidden)
            await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, forbidden);
        else if (command.Info is { HasUser: true, User: var asked } && asked != user)
            await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, $"command.user is '{asked}': a container within a task's runs as the task's user, '{user}'");
        else
            return await AnswerAsync(context, nested.Launch(id, command, parent, agentId, kept: first is null, first));
        return null;
    }

    private static async Task<NestedContainer?> AnswerAsync(HttpContext context, NestedStart start)
    {
        switch (start)
        {
            case NestedStart.Started started:
                return started.Container;
            case NestedStart.Known:
                await Refusal.WriteAsync(context, StatusCodes.Status202Accepted, "There is a container of that id already");
                return null;
            case NestedStart.TooMany many:
                await Refusal.WriteAsync(context, StatusCodes.Status429TooManyRequests, many.Why);
                return null;
            case NestedStart.Refused refused:
                await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, refused.Why);
                return null;
            default:
                throw new InvalidOperationException($"Unhandled outcome {start}");
        }
    }

    private async Task SessionAsync(HttpContext context, NestedCall.Session call, AnswerForm form)
    {
        using var output = new ProcessOutput(ReaderPatience, time);
        if (await LaunchAsync(context, call, call.Command, form, output) is not { } container)
            return;
        try
        {
            await StreamAsync(context, container, output, form);
        }
        finally
        {
            // With the connection the container ends.
            container.Signal(Native.Libc.SignalKill);
        }
    }

    private async Task StreamAsync(HttpContext context, NestedContainer container, ProcessOutput output, AnswerForm form)
    {
        // Who reads with a pager reads nothing for a while; that has a bound of its own.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        var response = context.Response;
        response.ContentType = form.Records ? StreamedMedia.Records : form.Codec.ContentType;
        if (form.Records)
            response.Headers[StreamedMedia.MessageContentType] = form.Codec.ContentType;
        try
        {
            await output.WriteToAsync(response, form.Codec, context.RequestAborted);
        }
        finally
        {
            container.Remove(output);
            if (output.WasTooSlow)
                log.LogWarning("A reader of container {Container} was cut off: it did not keep up", container.Id.Value);
        }
    }

    private static async Task WaitAsync(HttpContext context, NestedContainer container, bool newer, AnswerForm form)
    {
        int? status;
        try
        {
            status = await container.Ended.WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return; // Nobody waits any more.
        }

        var answer = newer
            ? new AgentOperatorResponse { Type = AnswerType.WaitContainer, WaitContainer = new Answer.WaitContainer() }
            : new AgentOperatorResponse { Type = AnswerType.WaitNestedContainer, WaitNestedContainer = new Answer.WaitNestedContainer() };
        if (status is { } known && newer)
            answer.WaitContainer.ExitStatus = known;
        else if (status is { } older)
            answer.WaitNestedContainer.ExitStatus = older;
        await AgentCalls.WriteAsync(context, form.Codec, answer);
    }
}

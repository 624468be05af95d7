using System.Globalization;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Link;
using DataPlatform.Services.Agent.Nested;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Agent.Serving.Authentication;
using DataPlatform.Services.Agent.Serving.Usage;
using DataPlatform.Services.Hosting.Serving;
using Google.Protobuf;
using CallType = DataPlatform.Core.Protocol.Mesos.AgentOperatorCall.Types.Type;
using AnswerType = DataPlatform.Core.Protocol.Mesos.AgentOperatorResponse.Types.Type;
using Answer = DataPlatform.Core.Protocol.Mesos.AgentOperatorResponse.Types;

namespace DataPlatform.Services.Agent.Serving;

/// <summary><c>POST /api/v1</c>: Mesos's operator API of an agent, JSON and protobuf.</summary>
internal sealed class OperatorApi(
    AgentLoop loop, SandboxFiles files, AgentMetrics metrics, Func<AgentInfo> self, IReadOnlyDictionary<string, string> flags)
{
    public required ContainerUsage Usage { get; init; }

    public required LinkStatus Link { get; init; }

    public required AgentRights Rights { get; init; }

    public required LoggingLevel LoggingLevel { get; init; }

    public required NestedEndpoint Nested { get; init; }

    public required InputEndpoint Input { get; init; }

    /// <summary>More than any call needs.</summary>
    public const int LongestBody = 1024 * 1024;

    public async Task HandleAsync(HttpContext context)
    {
        if (StreamedMedia.IsRecords(context.Request))
        {
            await Input.HandleAsync(context);
            return;
        }

        if (await AgentCalls.CodecOfAsync(context) is not { } codec || await StreamedMedia.AnswerAsync(context, codec) is not { } form ||
            await AgentCalls.ReadAsync<AgentOperatorCall>(context, codec, LongestBody) is not { } call)
            return;
        if (form.Records && !NestedCall.IsAnsweredByStream(call.Type))
        {
            await Refusal.WriteAsync(context, StatusCodes.Status406NotAcceptable, $"The answer to this call is no stream: Accept must allow application/json or application/x-protobuf, not {StreamedMedia.Records} alone");
            return;
        }

        if (NestedCall.Is(call.Type))
        {
            await Nested.HandleAsync(context, call, form);
            return;
        }

        if (WhyNot(context.Caller(), call.Type) is { } forbidden)
        {
            await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, forbidden);
            return;
        }

        await AnswerAsync(context, call, form.Codec);
    }

    /// <summary>Reads that are filtered need no right, and files are asked for by whose they are.</summary>
    private string? WhyNot(Caller caller, CallType call) => call switch
    {
        CallType.GetFlags => Rights.WhyNotFlags(caller),
        CallType.GetMetrics => Rights.WhyNotMetrics(caller),
        CallType.SetLoggingLevel => Rights.WhyNotLoggingLevel(caller),
        _ => null,
    };

    private async Task AnswerAsync(HttpContext context, AgentOperatorCall call, MessageCodec codec)
    {
        var visible = Rights.VisibleTo(context.Caller());
        var answer = new AgentOperatorResponse();
        switch (call.Type)
        {
            case CallType.GetHealth:
                answer.Type = AnswerType.GetHealth;
                answer.GetHealth = new Answer.GetHealth { Healthy = Link.Read().Healthy };
                break;
            case CallType.GetVersion:
                answer.Type = AnswerType.GetVersion;
                answer.GetVersion = new Answer.GetVersion { VersionInfo = AgentVersion.Info };
                break;
            case CallType.GetFlags:
                answer.Type = AnswerType.GetFlags;
                answer.GetFlags = new Answer.GetFlags();
                answer.GetFlags.Flags.AddRange(flags.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => new Flag { Name = each.Key, Value = each.Value }));
                break;
            case CallType.GetMetrics:
                answer.Type = AnswerType.GetMetrics;
                answer.GetMetrics = new Answer.GetMetrics();
                answer.GetMetrics.Metrics.AddRange((await metrics.ReadAsync()).Select(each => new Metric { Name = each.Name, Value = each.Value }));
                break;
            case CallType.GetLoggingLevel:
                answer.Type = AnswerType.GetLoggingLevel;
                answer.GetLoggingLevel = new Answer.GetLoggingLevel { Level = LoggingLevel.Current };
                break;
            case CallType.SetLoggingLevel when call.SetLoggingLevel is { } set:
                await SetLoggingLevelAsync(context, set);
                return;
            case CallType.GetContainers:
                answer.Type = AnswerType.GetContainers;
                answer.GetContainers = await Usage.ReadAsync(visible);
                if (call.GetContainers?.ShowNested == true)
                    answer.GetContainers.Containers.AddRange(Nested.Shown(visible));
                break;
            case CallType.GetOperations:
                answer.Type = AnswerType.GetOperations;
                answer.GetOperations = new Answer.GetOperations(); // Operations are the master's; none waits at the agent.
                break;
            case CallType.GetResourceProviders:
                answer.Type = AnswerType.GetResourceProviders;
                answer.GetResourceProviders = new Answer.GetResourceProviders();
                break;
            case CallType.GetState:
                answer.Type = AnswerType.GetState;
                answer.GetState = await loop.ReadAsync(core => AgentViews.State(core, visible));
                break;
            case CallType.GetTasks:
                answer.Type = AnswerType.GetTasks;
                answer.GetTasks = await loop.ReadAsync(core => AgentViews.Tasks(core, visible));
                break;
            case CallType.GetFrameworks:
                answer.Type = AnswerType.GetFrameworks;
                answer.GetFrameworks = await loop.ReadAsync(core => AgentViews.Frameworks(core, visible));
                break;
            case CallType.GetExecutors:
                answer.Type = AnswerType.GetExecutors;
                answer.GetExecutors = await loop.ReadAsync(core => AgentViews.Executors(core, visible));
                break;
            case CallType.GetAgent:
                answer.Type = AnswerType.GetAgent;
                answer.GetAgent = new Answer.GetAgent { AgentInfo = self() };
                break;
            case CallType.ListFiles when call.ListFiles is { } list:
                var folder = files.Find(list.Path);
                if (folder is not null && await Rights.WhyNotSandboxAsync(context.Caller(), folder) is { } whyNotList)
                {
                    await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, whyNotList);
                    return;
                }

                if (folder is null || SandboxFiles.List(folder) is not { } entries)
                {
                    await Refusal.WriteAsync(context, StatusCodes.Status404NotFound, $"There is no folder {list.Path} in any sandbox");
                    return;
                }

                answer.Type = AnswerType.ListFiles;
                answer.ListFiles = new Answer.ListFiles();
                answer.ListFiles.FileInfos.AddRange(entries);
                break;
            case CallType.ReadFile when call.ReadFile is { } read:
                var file = files.Find(read.Path);
                if (file is not null && await Rights.WhyNotSandboxAsync(context.Caller(), file) is { } whyNotRead)
                {
                    await Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, whyNotRead);
                    return;
                }

                if (file is null || SandboxFiles.Read(file, (long)Math.Min(read.Offset, long.MaxValue), read.HasLength ? (long)Math.Min(read.Length, long.MaxValue) : null) is not { } content)
                {
                    await Refusal.WriteAsync(context, StatusCodes.Status404NotFound, $"There is no file {read.Path} in any sandbox");
                    return;
                }

                answer.Type = AnswerType.ReadFile;
                answer.ReadFile = new Answer.ReadFile { Size = (ulong)content.Size, Data = UnsafeByteOperations.UnsafeWrap(content.Data) };
                break;
            case CallType.ListFiles or CallType.ReadFile or CallType.SetLoggingLevel:
                await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, $"'{BodyOf(call.Type)}' is missing in the call");
                return;
            case CallType.Unknown:
                await Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, "'type' is missing or unknown in the call");
                return;
            default:
                await Refusal.WriteAsync(context, StatusCodes.Status501NotImplemented, $"{call.Type} is not supported");
                return;
        }

        await AgentCalls.WriteAsync(context, codec, answer);
    }

    private static string BodyOf(CallType type) => type switch
    {
        CallType.ReadFile => "read_file",
        CallType.ListFiles => "list_files",
        _ => "set_logging_level",
    };

    private Task SetLoggingLevelAsync(HttpContext context, AgentOperatorCall.Types.SetLoggingLevel set) =>
        LoggingLevel.Set(set.Level, set.Duration) is { } why ? Refusal.WriteAsync(context, StatusCodes.Status400BadRequest, why) : Task.CompletedTask;
}

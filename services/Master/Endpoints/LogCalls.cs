using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Serving;
using CallType = DataPlatform.Core.Protocol.Mesos.OperatorCall.Types.Type;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>The operator calls about what the master says of itself.</summary>
internal static class LogCalls
{
    public static bool Are(CallType call) => call is CallType.SetLoggingLevel or CallType.ListFiles or CallType.ReadFile;

    public static Task AnswerAsync(HttpContext context, OperatorCall call, LoggingLevel level) => call switch
    {
        { Type: CallType.SetLoggingLevel, SetLoggingLevel: { } set } => level.Set(set.Level, set.Duration) is { } why
            ? Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, why)
            : Task.CompletedTask,
        { Type: CallType.ListFiles, ListFiles: not null } or { Type: CallType.ReadFile, ReadFile: not null } =>
            Answers.RefuseAsync(context, StatusCodes.Status404NotFound, "There is no such file: this master shows none, and writes its log to its standard output alone"),
        _ => Answers.RefuseAsync(context, StatusCodes.Status400BadRequest, "What the type names is missing; a call of this type carries it"),
    };
}

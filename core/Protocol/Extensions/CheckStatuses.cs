using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Protocol.Extensions;

/// <summary>What the result of a check means where a check is to say whether a task serves.</summary>
public static class CheckStatuses
{
    /// <summary>False before the first result.</summary>
    public static bool HasResult(this CheckStatusInfo status) =>
        status is { Command.HasExitCode: true } or { Http.HasStatusCode: true } or { Tcp.HasSucceeded: true };

    /// <summary>Null when the check succeeded: exit status 0, a connection, or an HTTP status from 200 to 399 and a body as expected.</summary>
    public static string? WhyNotServing(this CheckStatusInfo status) => status switch
    {
        { Type: CheckInfo.Types.Type.Command, Command: { HasExitCode: true, ExitCode: var code } } => code == 0 ? null : $"its check ends with status {code}",
        { Type: CheckInfo.Types.Type.Http, Http: { HasStatusCode: true } http } =>
            http.StatusCode is < 200 or >= 400 ? $"its page answers {http.StatusCode}"
            : http is { HasExpectationMet: true, ExpectationMet: false } ? "its page does not say yet what it is expected to"
            : null,
        { Type: CheckInfo.Types.Type.Tcp, Tcp: { HasSucceeded: true, Succeeded: var succeeded } } => succeeded ? null : "the port takes no connections yet",
        _ => "its check has no answer yet",
    };
}

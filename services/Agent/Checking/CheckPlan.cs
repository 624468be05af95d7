using System.Text.RegularExpressions;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Checking;

/// <summary>When a check is made and how long it may take; from the seconds that a task names.</summary>
/// <param name="Starting">The interval until the first success.</param>
public sealed record CheckTiming(TimeSpan Delay, TimeSpan Starting, TimeSpan Interval, TimeSpan Timeout)
{
    private const double Longest = 1e6;
    private const int PausesToLooks = 5;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    /// <param name="timeout">0 means no bound.</param>
    /// <param name="starting">Null: as the interval.</param>
    public static CheckTiming Of(double delay, double interval, double timeout, double? starting = null) =>
        new(Seconds(delay), Seconds(starting ?? interval), Seconds(interval), timeout <= 0 ? System.Threading.Timeout.InfiniteTimeSpan : Seconds(timeout));

    /// <summary>How long it is until the next look. While a task starts it is looked at often, but a look that costs it much is not to keep it from starting.</summary>
    /// <param name="took">How long the last look took.</param>
    public TimeSpan PauseAfter(TimeSpan took, bool hasSucceeded)
    {
        if (hasSucceeded)
            return Longer(Interval, Shortest);
        var costly = took * PausesToLooks;
        return Longer(Longer(Starting, Shortest), costly < Interval ? costly : Interval);
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Seconds(double value) => TimeSpan.FromSeconds(double.IsFinite(value) ? Math.Clamp(value, 0, Longest) : 0);
}

/// <summary>How a task is looked at, whether for its health or only to be told.</summary>
public abstract record CheckPlan
{
    private CheckPlan()
    {
    }

    public sealed record Command(CommandInfo Info) : CheckPlan;

    /// <param name="Expect">What the body has to match; null: it is not looked at.</param>
    public sealed record Http(string Scheme, string Address, int Port, string Path, Regex? Expect = null) : CheckPlan;

    public sealed record Tcp(string Address, int Port) : CheckPlan;

    /// <summary>Null when the check says too little to be made.</summary>
    public static CheckPlan? Of(HealthCheck check) => check.Type switch
    {
        HealthCheck.Types.Type.Command when check.Command is { } command => new Command(command),
        HealthCheck.Types.Type.Http when check.Http is { } http => new Http(
            http.Scheme is "https" ? "https" : "http", Loopback(http.Protocol), (int)http.Port, http.Path),
        HealthCheck.Types.Type.Tcp when check.Tcp is { } tcp => new Tcp(Loopback(tcp.Protocol), (int)tcp.Port),
        _ => null,
    };

    /// <summary>Null when the check says too little to be made.</summary>
    /// <exception cref="ArgumentException">Its expectation is none, see <see cref="BodyExpectation.WhyNot"/>.</exception>
    public static CheckPlan? Of(CheckInfo check) => check.Type switch
    {
        CheckInfo.Types.Type.Command when check.Command is { } command => new Command(command.Command_),
        CheckInfo.Types.Type.Http when check.Http is { } http => new Http(
            "http", "127.0.0.1", (int)http.Port, http.Path, http.HasExpect ? BodyExpectation.Of(http.Expect) : null),
        CheckInfo.Types.Type.Tcp when check.Tcp is { } tcp => new Tcp("127.0.0.1", (int)tcp.Port),
        _ => null,
    };

    private static string Loopback(NetworkInfo.Types.Protocol protocol) =>
        protocol == NetworkInfo.Types.Protocol.Ipv6 ? "::1" : "127.0.0.1";
}

/// <summary>What one look at a task found.</summary>
public abstract record CheckResult
{
    private CheckResult()
    {
    }

    public sealed record Exit(int Status) : CheckResult;

    /// <param name="ExpectationMet">Null where nothing is expected of the body.</param>
    public sealed record HttpStatus(int Code, bool? ExpectationMet = null) : CheckResult;

    public sealed record Connected(bool Succeeded, string Message) : CheckResult;

    /// <summary>The check itself could not be brought to an end.</summary>
    public sealed record NoAnswer(string Message) : CheckResult;

    /// <summary>Whether it means that the task is healthy, and in words.</summary>
    /// <param name="statuses">The HTTP statuses that count; none given: 200 to 399.</param>
    public (bool Passed, string Message) AsHealth(IReadOnlyCollection<uint> statuses) => this switch
    {
        Exit exit => (exit.Status == 0, $"The health check's command exited with status {exit.Status}"),
        HttpStatus http => (
            statuses.Count > 0 ? statuses.Contains((uint)http.Code) : http.Code is >= 200 and < 400,
            $"The health check's HTTP answer was {http.Code}"),
        Connected tcp => (tcp.Succeeded, $"The health check's TCP connection {(tcp.Succeeded ? "succeeded" : "failed: " + tcp.Message)}"),
        NoAnswer none => (false, $"The health check got no answer: {none.Message}"),
        _ => throw new InvalidOperationException($"Unhandled result {this}"),
    };

    /// <summary>As a task's check status; empty in the kind's field when there was no answer.</summary>
    public CheckStatusInfo AsStatus(CheckInfo.Types.Type type)
    {
        var status = new CheckStatusInfo { Type = type };
        switch (type)
        {
            case CheckInfo.Types.Type.Command:
                status.Command = new CheckStatusInfo.Types.Command();
                if (this is Exit exit)
                    status.Command.ExitCode = exit.Status;
                break;
            case CheckInfo.Types.Type.Http:
                status.Http = new CheckStatusInfo.Types.Http();
                if (this is HttpStatus http)
                    status.Http.StatusCode = (uint)http.Code;
                if (this is HttpStatus { ExpectationMet: { } met })
                    status.Http.ExpectationMet = met;
                break;
            case CheckInfo.Types.Type.Tcp:
                status.Tcp = new CheckStatusInfo.Types.Tcp();
                if (this is Connected tcp)
                    status.Tcp.Succeeded = tcp.Succeeded;
                break;
            default:
                break;
        }

        return status;
    }
}

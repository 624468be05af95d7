using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>Turns a readiness check into what the agent is told. Pure.</summary>
internal static class CheckInfos
{
    // Often until the task serves, so that a launch does not wait for its check; seldom afterwards.
    private const double StartingSeconds = 0.05;
    private const double ServingSeconds = 5;
    private const double TimeoutSeconds = 5;

    /// <summary>One lost answer of a task that served is no outage.</summary>
    private const uint FailuresInRow = 3;

    /// <summary>Null when the task's running is all that is asked.</summary>
    public static CheckInfo? Of(ReadinessCheck readiness, IReadOnlyDictionary<string, int> ports)
    {
        var check = new CheckInfo
        {
            DelaySeconds = 0, StartingIntervalSeconds = StartingSeconds, IntervalSeconds = ServingSeconds, TimeoutSeconds = TimeoutSeconds, ConsecutiveFailures = FailuresInRow,
        };
        switch (readiness)
        {
            case ReadinessCheck.Tcp(var port):
                check.Type = CheckInfo.Types.Type.Tcp;
                check.Tcp = new CheckInfo.Types.Tcp { Port = (uint)ports[port] };
                return check;
            case ReadinessCheck.Http(var port, var path, var expect):
                check.Type = CheckInfo.Types.Type.Http;
                check.Http = new CheckInfo.Types.Http { Port = (uint)ports[port], Path = path };
                if (expect is not null)
                    check.Http.Expect = expect;
                return check;
            case ReadinessCheck.Command(var program, var arguments):
                check.Type = CheckInfo.Types.Type.Command;
                check.Command = new CheckInfo.Types.Command { Command_ = new CommandInfo { Shell = false, Value = program } };
                check.Command.Command_.Arguments.Add(arguments.Prepend(program));
                return check;
            case ReadinessCheck.Running:
                return null;
            default:
                throw new InvalidOperationException($"unknown check {readiness}");
        }
    }
}

using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Specification;
using Google.Protobuf;
using static DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>Turns looks at what a task does into what the agent is told. Pure.</summary>
internal static class ActivityInfos
{
    private const double LongestDelaySeconds = 5;
    private const double TimeoutSeconds = 5;

    /// <summary>An agent tells at least so often.</summary>
    public const double TellWithinSeconds = 60;

    /// <summary>Null when nothing is to be looked at. Facts are told each time: a plan must know that it was looked since it has done something.</summary>
    public static ActivityInfo? Of(IReadOnlyList<ActivityLook> looks, TimeSpan every, IReadOnlyDictionary<string, int> ports)
    {
        if (looks.Count == 0)
            return null;
        var hasFacts = looks.Any(look => look.Signs.Any(sign => sign.Kind == SignKind.Fact));
        var activity = new ActivityInfo
        {
            DelaySeconds = Math.Min(LongestDelaySeconds, every.TotalSeconds), IntervalSeconds = every.TotalSeconds, TimeoutSeconds = TimeoutSeconds,
            TellWithinSeconds = hasFacts ? Math.Min(TellWithinSeconds, every.TotalSeconds / 2) : TellWithinSeconds,
        };
        activity.Looks.Add(looks.Select(look => Of(look, ports)));
        return activity;
    }

    private static Look Of(ActivityLook look, IReadOnlyDictionary<string, int> ports)
    {
        var info = new Look { Signs = { look.Signs.Select(Of) } };
        if (look.Expect is { } expected)
            info.Expect = expected;
        switch (look.Way)
        {
            case LookWay.Http(var port, var path, var headers):
                info.Http = new Http { Port = (uint)ports[port], Path = path };
                info.Http.Headers.Add(headers.OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => new Header { Name = header.Key, Value = Secrets.ByValue(header.Value) }));
                break;
            case LookWay.Tcp(var port, var say):
                info.Tcp = new Tcp { Port = (uint)ports[port], Say = Secrets.ByValue(say) };
                break;
            case LookWay.Command(var program, var arguments, var secrets):
                info.Command = TaskInfos.Command(new TaskCommand(program, arguments, new Dictionary<string, string>(0), [], []) { Secrets = secrets });
                break;
            default:
                throw new InvalidOperationException($"unknown way {look.Way}");
        }
        return info;
    }

    private static Sign Of(ActivitySign sign)
    {
        var info = new Sign { Kind = KindOf(sign.Kind), Of = sign.Of, Above = sign.Above };
        switch (sign.Place)
        {
            case SignPlace.Json(var path):
                info.JsonPath = path;
                break;
            case SignPlace.Match(var expression):
                info.Match = expression;
                break;
        }
        return info;
    }

    private static Sign.Types.Kind KindOf(SignKind kind) => kind switch
    {
        SignKind.Busy => Sign.Types.Kind.Busy,
        SignKind.Count => Sign.Types.Kind.Count,
        SignKind.Time => Sign.Types.Kind.Time,
        SignKind.Fact => Sign.Types.Kind.Fact,
        _ => throw new InvalidOperationException($"unknown kind {kind}"),
    };
}

using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Specification;
using Google.Protobuf;
using static DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>Turns looks at what a task does into what the agent is told. Pure.</summary>
internal static class ActivityInfos
{
    private const double DelaySeconds = 5;
    private const double IntervalSeconds = 15;
    private const double TimeoutSeconds = 5;

    /// <summary>An agent tells at least so often.</summary>
    public const double TellWithinSeconds = 60;


    /// <summary>Null when nothing is to be looked at.</summary>
    public static ActivityInfo? Of(IReadOnlyList<ActivityLook> looks, IReadOnlyDictionary<string, int> ports)
    {
        if (looks.Count == 0)
            return null;
        var activity = new ActivityInfo { DelaySeconds = DelaySeconds, IntervalSeconds = IntervalSeconds, TimeoutSeconds = TimeoutSeconds, TellWithinSeconds = TellWithinSeconds };
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
        _ => throw new InvalidOperationException($"unknown kind {kind}"),
    };
}

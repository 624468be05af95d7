using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types;

namespace DataPlatform.Core.Protocol.Extensions;

/// <summary>What a task's <c>activity</c> may say, and what an answer says in the places that it names.</summary>
public static class ActivityLooks
{
    /// <summary>Of a longer answer nothing is read.</summary>
    public const int MostBytes = 1024 * 1024;

    private const int MostLooks = 16;
    private const int MostSigns = 8;
    private const int LongestValue = 200;

    /// <summary>What of it can't be done, with the field; null when all can.</summary>
    public static string? WhyNot(ActivityInfo activity)
    {
        if (activity.Looks.Count is 0 or > MostLooks)
            return $"looks: {activity.Looks.Count} are given; 1 to {MostLooks} are allowed";
        return activity.Looks.Select((look, index) => WhyNot(look) is { } problem ? $"looks[{index}].{problem}" : null).FirstOrDefault(problem => problem is not null);
    }

    /// <returns>For each sign its value, null for a time that never was; or why there is none.</returns>
    public static IReadOnlyList<(string? Value, string? WhyNot)> Find(Look look, string answer)
    {
        using var document = look.Signs.All(sign => sign.HasMatch) ? null : Parsed(answer);
        var isExpected = new Lazy<bool>(() => !look.HasExpect || Expression(look.Expect).IsMatch(answer));
        return [.. look.Signs.Select(sign => Find(look, sign, answer, document, isExpected))];
    }

    private static (string?, string?) Find(Look look, Sign sign, string answer, JsonDocument? document, Lazy<bool> isExpected)
    {
        try
        {
            if (!isExpected.Value)
                return (null, "its answer is not what it is expected to be");
            return sign.HasMatch ? Match(sign, answer, look.HasExpect) : Json(sign, document);
        }
        catch (RegexMatchTimeoutException)
        {
            return (null, $"looking for {sign.Of} in its answer takes too long");
        }
    }

    private static JsonDocument? Parsed(string answer)
    {
        try
        {
            return JsonDocument.Parse(answer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (string?, string?) Json(Sign sign, JsonDocument? document)
    {
        if (document is null)
            return (null, "its answer is no JSON");
        if (JsonPath.Parse(sign.JsonPath)!.Find(document.RootElement) is not { } found)
            return (null, $"its answer has nothing at {sign.JsonPath}");
        return found.ValueKind switch
        {
            JsonValueKind.Null when sign.Kind == Sign.Types.Kind.Time => (null, null),
            JsonValueKind.Array => (Text(found.GetArrayLength()), null),
            JsonValueKind.Object => (Text(found.EnumerateObject().Count()), null),
            JsonValueKind.Number => (Short(found.GetRawText()), null),
            JsonValueKind.String => (Short(found.GetString()!), null),
            JsonValueKind.True or JsonValueKind.False when sign.Kind == Sign.Types.Kind.Fact => (found.GetRawText(), null),
            var other => (null, $"its answer has {other.ToString().ToLowerInvariant()} at {sign.JsonPath}"),
        };
    }

    private static (string?, string?) Match(Sign sign, string answer, bool isExpected)
    {
        var expression = Expression(sign.Match);
        var found = expression.Matches(answer);
        if (expression.GetGroupNumbers().Length == 1)
            return found.Count > 0 || isExpected ? (Text(found.Count), null) : (null, $"its answer says nothing of {sign.Of}");
        if (found.Count == 0)
            return isExpected ? ("0", null) : (null, $"its answer says nothing of {sign.Of}");
        if (found.Count == 1)
            return (Short(found[0].Groups[1].Value), null);
        var sum = 0d;
        foreach (var value in found.Select(each => each.Groups[1].Value))
        {
            if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                return (null, $"'{Short(value)}' is no number of {sign.Of}");
            sum += number;
        }

        return (Text(sum), null);
    }

    private static string? WhyNot(Look look)
    {
        var ways = (look.Http is null ? 0 : 1) + (look.Tcp is null ? 0 : 1) + (look.Command is null ? 0 : 1);
        if (ways != 1)
            return "http, tcp, command: one of them must be there";
        if (look.Http is { Port: < 1 or > 65_535 } or { Headers.Count: > 16 })
            return "http must have a port from 1 to 65535 and at most 16 headers";
        if (look.Http is { } http && http.Headers.Select(WhyNot).FirstOrDefault(problem => problem is not null) is { } headerProblem)
            return $"http.headers: {headerProblem}";
        if (look.Tcp is { Port: < 1 or > 65_535 })
            return "tcp.port is not from 1 to 65535";
        if (look.Tcp is { } tcp && Secrets.WhyNot(tcp.Say) is { } sayProblem)
            return $"tcp.say {sayProblem}";
        if (look.Command is { Value.Length: 0 })
            return "command.value is empty";
        if (look.HasExpect && BodyExpectation.WhyNot(look.Expect) is { } expectProblem)
            return $"expect {expectProblem}";
        if (look.Signs.Count is 0 or > MostSigns)
            return $"signs: {look.Signs.Count} are given; 1 to {MostSigns} are allowed";
        return look.Signs.Select((sign, index) => WhyNot(sign) is { } problem ? $"signs[{index}]{problem}" : null).FirstOrDefault(problem => problem is not null);
    }

    private static string? WhyNot(Header header) =>
        header.Name.Length == 0 || !header.Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') ? $"'{header.Name}' is no name of a header"
        : Secrets.WhyNot(header.Value) is { } problem ? $"{header.Name} {problem}"
        : header.Value.Value.Data.Any(letter => letter is < 0x20 or > 0x7e) ? $"{header.Name} has a value that no header can have"
        : null;

    private static string? WhyNot(Sign sign) =>
        sign.Kind == Sign.Types.Kind.Unknown ? ".kind is missing: BUSY, COUNT, TIME or FACT"
        : sign.HasJsonPath == sign.HasMatch ? ": json_path or match, one of the two must be there"
        : sign.HasJsonPath && JsonPath.Parse(sign.JsonPath) is null ? $".json_path must be {JsonPath.Allowed}"
        : sign.HasMatch && BodyExpectation.WhyNot(sign.Match) is { } problem ? $".match {problem}"
        : null;

    private static Regex Expression(string pattern) => BodyExpectation.Of(pattern, RegexOptions.Multiline);

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Short(string text) => text.Length <= LongestValue ? text : text[..LongestValue];
}

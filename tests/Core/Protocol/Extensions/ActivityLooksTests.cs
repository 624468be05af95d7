using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using static DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types;
using Kind = DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types.Sign.Types.Kind;

namespace DataPlatform.Core.Tests.Protocol.Extensions;

public sealed class ActivityLooksTests
{
    private const string Answer = """{"jobs":[1,2,3],"by_name":{"a":1,"b":2},"count":7,"text":"42","never":null,"is":true,"gauges":{"app-1.jobs":{"value":5}}}""";

    [Theory]
    [InlineData("$.jobs", "3")]
    [InlineData("$.jobs[1]", "2")]
    [InlineData("$.by_name", "2")]
    [InlineData("$.count", "7")]
    [InlineData("$.text", "42")]
    [InlineData("$.gauges['app-1.jobs'].value", "5")]
    public void Finds_what_stands_at_a_path(string path, string value) => Find(new Sign { Kind = Kind.Busy, Of = "jobs", JsonPath = path }).ShouldBe((value, null));

    [Theory]
    [InlineData("$.absent", "its answer has nothing at $.absent")]
    [InlineData("$.jobs[9]", "its answer has nothing at $.jobs[9]")]
    [InlineData("$.count.more", "its answer has nothing at $.count.more")]
    [InlineData("$.is", "its answer has true at $.is")]
    [InlineData("$.never", "its answer has null at $.never")]
    public void Says_why_there_is_no_value(string path, string why) => Find(new Sign { Kind = Kind.Busy, Of = "jobs", JsonPath = path }).ShouldBe((null, why));

    [Fact]
    public void A_time_that_is_null_never_was() => Find(new Sign { Kind = Kind.Time, Of = "a job", JsonPath = "$.never" }).ShouldBe((null, null));

    [Fact]
    public void What_is_no_JSON_has_no_value() => Find(new Sign { Kind = Kind.Busy, Of = "jobs", JsonPath = "$.a" }, "<html>").ShouldBe((null, "its answer is no JSON"));

    [Theory]
    [InlineData("queries{code=\"200\"} 3\nqueries{code=\"400\"} 1.5\n", "^queries\\{[^}]*\\} ([0-9.]+)", "4.5")]
    [InlineData("last 2026-01-01T00:00:00Z", "^last (.*)$", "2026-01-01T00:00:00Z")]
    [InlineData("a busy b busy", "busy", "2")]
    public void Sums_or_counts_what_matches(string answer, string match, string value) => Find(new Sign { Kind = Kind.Count, Of = "queries", Match = match }, answer).ShouldBe((value, null));

    [Fact]
    public void Nothing_found_is_none_only_in_an_answer_that_is_one()
    {
        var sign = new Sign { Kind = Kind.Count, Of = "queries", Match = "queries ([0-9]+)" };

        Find(sign, "please log in").ShouldBe((null, "its answer says nothing of queries"));
        Find(sign, "please log in", "^# metrics").ShouldBe((null, "its answer is not what it is expected to be"));
        Find(sign, "# metrics\n", "^# metrics").ShouldBe(("0", null));
    }

    [Fact]
    public void Refuses_what_can_not_be_looked_at()
    {
        WhyNot(look => look).ShouldBeNull();
        WhyNot(look => { look.Http = null; return look; })!.ShouldContain("looks[0].http, tcp, command: one of them");
        WhyNot(look => { look.Http.Port = 70_000; return look; })!.ShouldContain("port from 1 to 65535");
        WhyNot(look => { look.Http.Headers.Add(Header("X-Token", "a\r\nX-Other: b")); return look; })!.ShouldContain("X-Token has a value that no header can have");
        WhyNot(look => { look.Http.Headers.Add(Header("X Token", "a")); return look; })!.ShouldContain("'X Token' is no name");
        WhyNot(look => { look.Signs[0].JsonPath = "jobs"; return look; })!.ShouldContain("looks[0].signs[0].json_path must be $");
        WhyNot(look => { look.Signs[0].Match = "a"; return look; })!.ShouldContain("json_path or match, one of the two");
        WhyNot(look => { look.Expect = "(a)\\1"; return look; })!.ShouldContain("expect is no regular expression");
        WhyNot(look => { look.Signs.Clear(); return look; })!.ShouldContain("signs: 0 are given");
        ActivityLooks.WhyNot(new ActivityInfo())!.ShouldContain("looks: 0 are given");
    }

    private static string? WhyNot(Func<Look, Look> change) => ActivityLooks.WhyNot(new ActivityInfo
    {
        Looks = { change(new Look { Http = new Http { Port = 80, Path = "/" }, Signs = { new Sign { Kind = Kind.Busy, Of = "jobs", JsonPath = "$.jobs" } } }) },
    });

    private static Header Header(string name, string value) => new()
    {
        Name = name, Value = Secrets.ByValue(value),
    };

    private static (string?, string?) Find(Sign sign, string answer = Answer, string? expect = null)
    {
        var look = new Look { Signs = { sign } };
        if (expect is not null)
            look.Expect = expect;
        return ActivityLooks.Find(look, answer).ShouldHaveSingleItem();
    }
}

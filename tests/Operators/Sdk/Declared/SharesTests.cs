using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Tests.Sdk.Packages;
using Shouldly;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

/// <summary>An option that divides a whole among names.</summary>
public sealed class SharesTests
{
    private const string Divided = """
        schema: 1
        name: divided
        title: Divided
        description: Lets teams have their parts.
        versions:
          - { version: 1.0, program: /usr/bin/divided, debian: divided }
        options:
          parts: { type: string, title: Parts, shares_of: 100, default: all=100 }
        sizes:
          L: { parts: "day=70,night=30" }
        pods:
          server:
            task:
              resources: { cpus: 0.1, memory: 32 }
              ports: [web]
              command: { arguments: [serve, "{% assign list = parts | split: ',' %}{% for each in list %}{% assign pair = each | split: '=' %}{{ pair.first }}:{{ pair.last }} {% endfor %}"] }
        """;

    [Theory]
    [InlineData("all=100", null)]
    [InlineData("day=70,night_2=20,week-end=10", null)]
    [InlineData("day=70,night=20", "its shares add up to 90")]
    [InlineData("day=70,night=70", "its shares add up to 140")]
    [InlineData("day=50,day=50", "day is there twice")]
    [InlineData("day=999999999,night=999999999", "its shares add up to 1999999998")]
    [InlineData("Day=100", "it does not have the form NAME=SHARE,NAME=SHARE")]
    [InlineData("day=70;night=30", "it does not have the form NAME=SHARE,NAME=SHARE")]
    [InlineData("day=0,night=100", "it does not have the form NAME=SHARE,NAME=SHARE")]
    [InlineData("day=70,", "it does not have the form NAME=SHARE,NAME=SHARE")]
    [InlineData("", "it does not have the form NAME=SHARE,NAME=SHARE")]
    public void A_launch_divides_the_whole_or_is_refused_with_what_is_allowed(string parts, string? why)
    {
        using var folder = new TemporaryFolder();
        var package = new DeclaredPackage(DeclaredExamples.Read(folder, Divided).ShouldBeOfType<PackageReading.Read>().Declaration, folder.Path);
        package.WhyNot(new JsonObject { ["parts"] = parts }, "/lake").ShouldBe(why is null ? null : new OptionRefusal(
            "parts", why, "NAME=SHARE,NAME=SHARE with up to 32 different names of small letters, digits, - and _, and shares that are whole numbers and add up to 100"));
    }

    [Theory]
    [InlineData("default: all=100", "default: all=90", "options.parts.default can't be 'all=90'")]
    [InlineData("day=70,night=30", "day=70", "sizes.L.parts can't be 'day=70'")]
    [InlineData("type: string, title: Parts, shares_of: 100, default: all=100", "type: integer, title: Parts, shares_of: 100, default: 1", "options.parts.shares_of is for texts only")]
    [InlineData("shares_of: 100", "shares_of: 0", "options.parts.shares_of can't be '0'")]
    [InlineData("shares_of: 100", "shares_of: 100, pattern: \"^.*$\"", "options.parts.shares_of says what the text may be; pattern or enum can't say it as well")]
    public void A_declaration_that_divides_wrongly_is_refused(string from, string to, string message) =>
        DeclaredExamples.Problems(Divided.Replace(from, to, StringComparison.Ordinal)).ShouldContain(problem => problem.Message.Contains(message, StringComparison.Ordinal));
}

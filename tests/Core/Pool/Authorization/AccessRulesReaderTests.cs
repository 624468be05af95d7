using System.Text;
using DataPlatform.Core.Pool;

namespace DataPlatform.Core.Tests.Pool.Authorization;

public sealed class AccessRulesReaderTests
{
    [Theory]
    [InlineData("{\n\n\"register_frameworks\" 7", "line 3")]
    [InlineData("[]", "/: an object")]
    [InlineData("""{"permissive":"yes"}""", "/permissive: true or false")]
    [InlineData("""{"register_framework":[]}""", "/register_framework: no such action; there are")]
    [InlineData("""{"register_frameworks":[],"register_frameworks":[]}""", "/register_frameworks: it is there twice")]
    [InlineData("""{"register_frameworks":{}}""", "/register_frameworks: a list")]
    [InlineData("""{"register_frameworks":[7]}""", "/register_frameworks/0: an object with 'principals' and 'roles'")]
    [InlineData("""{"register_frameworks":[{"principals":{"type":"ANY"}}]}""", "/register_frameworks/0: 'roles' is missing")]
    [InlineData("""{"register_frameworks":[{"principals":{"type":"ANY"},"users":{"type":"ANY"}}]}""", "/register_frameworks/0/users: an object with")]
    [InlineData("""{"register_frameworks":[{"principals":{"type":"ALL"},"roles":{"type":"ANY"}}]}""", "/register_frameworks/0/principals: {\"values\"")]
    [InlineData("""{"register_frameworks":[{"principals":{},"roles":{"type":"ANY"}}]}""", "/register_frameworks/0/principals: {\"values\"")]
    [InlineData("""{"register_frameworks":[{"principals":["a"],"roles":{"type":"ANY"}}]}""", "/register_frameworks/0/principals: {\"values\"")]
    [InlineData("""{"register_frameworks":[{"principals":{"values":"a"},"roles":{"type":"ANY"}}]}""", "/register_frameworks/0/principals/values: a list")]
    [InlineData("""{"register_frameworks":[{"principals":{"values":["a",""]},"roles":{"type":"ANY"}}]}""", "/register_frameworks/0/principals/values/1: a name")]
    [InlineData("""{"register_frameworks":[{"principals":{"value":["a"]},"roles":{"type":"ANY"}}]}""", "/register_frameworks/0/principals/value: {\"values\"")]
    public void Says_where_the_file_is_wrong_and_what_is_allowed(string file, string said) =>
        Should.Throw<FormatException>(() => AccessRulesReader.Read(Encoding.UTF8.GetBytes(file))).Message.ShouldContain(said);

    [Fact]
    public void Takes_every_action_that_a_file_for_Mesos_may_name()
    {
        var actions = AccessAction.All.Select(action =>
            $$"""
            "{{action.Name}}":[{"principals":{"values":["p"]},"{{action.Objects}}":{"type":"ANY"} }]
            """);

        var rules = AccessRulesTests.Rules($"{{{string.Join(',', actions)}}}");

        AccessAction.All.Where(action => !rules.AllowsAll(new Caller.Named("p", ""), action)).ShouldBeEmpty();
        AccessAction.All.Select(action => action.Name).ShouldBeUnique();
    }
}

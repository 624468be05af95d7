using System.Text;
using DataPlatform.Core.Pool;

namespace DataPlatform.Core.Tests.Pool.Authorization;

public sealed class AccessRulesTests
{
    private static readonly Caller Alice = new Caller.Named("alice", "127.0.0.1");
    private static readonly Caller Nameless = new Caller.Unnamed("127.0.0.1");

    [Theory]
    [InlineData("""{}""", false)]
    [InlineData("""{"permissive":true}""", true)]
    [InlineData("""{"register_frameworks":[{"principals":{"values":["alice"]},"roles":{"type":"ANY"}}]}""", true)]
    [InlineData("""{"register_frameworks":[{"principals":{"type":"ANY"},"roles":{"values":["eng","ops"]}}]}""", true)]
    [InlineData("""{"register_frameworks":[{"principals":{"values":["bob"]},"roles":{"type":"ANY"}}]}""", false)]
    [InlineData("""{"register_frameworks":[{"principals":{"values":["alice"]},"roles":{"values":["ops"]}}]}""", false)]
    [InlineData("""{"permissive":true,"register_frameworks":[{"principals":{"values":["alice"]},"roles":{"type":"NONE"}}]}""", false)]
    [InlineData("""{"permissive":true,"register_frameworks":[{"principals":{"type":"NONE"},"roles":{"values":["eng"]}}]}""", false)]
    // The first rule that is about both decides, whatever stands after it.
    [InlineData("""{"register_frameworks":[{"principals":{"values":["alice"]},"roles":{"type":"NONE"}},{"principals":{"type":"ANY"},"roles":{"type":"ANY"}}]}""", false)]
    [InlineData("""{"register_frameworks":[{"principals":{"values":["alice"]},"roles":{"values":["eng"]}},{"principals":{"type":"NONE"},"roles":{"type":"ANY"}}]}""", true)]
    public void The_first_rule_about_caller_and_object_decides_and_what_none_is_about_is_refused(string file, bool allowed)
    {
        var why = Rules(file).WhyNot(Alice, AccessAction.RegisterFrameworks, "eng");

        (why is null).ShouldBe(allowed, why);
    }

    [Theory]
    [InlineData("eng", false)]
    [InlineData("eng/a", true)]
    [InlineData("eng/a/b", true)]
    [InlineData("engine", false)]
    [InlineData("ops/eng/a", false)]
    public void A_role_with_a_percent_sign_stands_for_all_that_are_nested_in_it(string role, bool allowed)
    {
        var rules = Rules("""{"register_frameworks":[{"principals":{"values":["alice"]},"roles":{"values":["eng/%"]}}]}""");

        (rules.WhyNot(Alice, AccessAction.RegisterFrameworks, role) is null).ShouldBe(allowed);
    }

    [Fact]
    public void Who_has_no_name_is_allowed_only_what_anyone_is()
    {
        var rules = Rules("""
            {"view_roles":[{"principals":{"type":"ANY"},"roles":{"type":"ANY"}}],
             "register_agents":[{"principals":{"values":["alice"]},"agents":{"type":"ANY"}}]}
            """);

        rules.WhyNot(Nameless, AccessAction.ViewRoles, "eng").ShouldBeNull();
        rules.WhyNot(Nameless, AccessAction.RegisterAgents, "host").ShouldNotBeNull();
    }

    [Fact]
    public void The_platform_itself_is_refused_nothing() =>
        AccessRules.Nobody.WhyNot(Caller.Platform, AccessAction.MarkAgentsGone, "S0").ShouldBeNull();

    [Fact]
    public void A_refusal_names_the_caller_the_action_the_object_and_where_it_is_allowed()
    {
        var why = AccessRules.Nobody.WhyNot(Alice, AccessAction.RunTasks, "root").ShouldNotBeNull();

        why.ShouldContain("'alice'");
        why.ShouldContain("run_tasks");
        why.ShouldContain("users 'root'");
        why.ShouldContain("--acls");
    }

    [Theory]
    [InlineData("""[{"principals":{"type":"ANY"},"users":{"type":"ANY"}}]""", true)]
    [InlineData("""[{"principals":{"values":["alice"]},"users":{"values":["nobody"]}}]""", false)]
    [InlineData("""[{"principals":{"values":["alice"]},"users":{"type":"NONE"}},{"principals":{"type":"ANY"},"users":{"type":"ANY"}}]""", false)]
    [InlineData("""[{"principals":{"type":"NONE"},"users":{"values":["root"]}},{"principals":{"type":"ANY"},"users":{"type":"ANY"}}]""", false)]
    [InlineData("""[{"principals":{"values":["bob"]},"users":{"type":"NONE"}},{"principals":{"type":"ANY"},"users":{"type":"ANY"}}]""", true)]
    public void All_is_allowed_only_where_no_rule_before_keeps_something_back(string rules, bool all)
    {
        var read = Rules($$"""{"view_tasks":{{rules}}}""");

        read.AllowsAll(Alice, AccessAction.ViewTasks).ShouldBe(all);
    }

    internal static AccessRules Rules(string file) => AccessRulesReader.Read(Encoding.UTF8.GetBytes(file));
}

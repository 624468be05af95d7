using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Resources;

public class RoleNameTests
{
    [Theory]
    [InlineData("*")]
    [InlineData("analytics")]
    [InlineData("a/b/c")]
    [InlineData("team-1.batch_x")]
    public void Accepts_paths(string role) => RoleName.WhyInvalid(role).ShouldBeNull();

    [Theory]
    [InlineData("", "empty")]
    [InlineData("/a", "empty part")]
    [InlineData("a//b", "empty part")]
    [InlineData("a/../b", "'..'")]
    [InlineData("-a", "begins with '-'")]
    [InlineData("a b", "at position 1")]
    [InlineData("a\nb", "\\u000a")]
    [InlineData("a/*", "'*'")]
    public void Refuses_with_the_reason(string role, string reason) =>
        RoleName.WhyInvalid(role).ShouldNotBeNull().ShouldContain(reason);

    [Fact]
    public void Refuses_300_characters() =>
        RoleName.WhyInvalid(new string('a', 300)).ShouldNotBeNull().ShouldContain("at most 255");

    [Fact]
    public void Knows_who_is_above()
    {
        RoleName.IsSameOrBelow("a/b", "a").ShouldBeTrue();
        RoleName.IsSameOrBelow("ab", "a").ShouldBeFalse();
        RoleName.Path("a/b/c").ShouldBe(["a", "a/b", "a/b/c"]);
    }
}

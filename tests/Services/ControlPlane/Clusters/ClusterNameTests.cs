using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Services.Tests.ControlPlane.Clusters;

public sealed class ClusterNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("trial")]
    [InlineData("team-2-spark")]
    [InlineData("abcdefghijabcdefghijabcdefghijabcdefghij")]
    public void Allows(string name) => ClusterName.IsValid(name).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("2a")]
    [InlineData("A")]
    [InlineData("a_b")]
    [InlineData("a\n")]
    [InlineData("../a")]
    [InlineData("a/../b")]
    [InlineData("ä")]
    [InlineData("abcdefghijabcdefghijabcdefghijabcdefghijk")]
    public void Refuses(string name) => ClusterName.IsValid(name).ShouldBeFalse();
}

using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Nested;

namespace DataPlatform.Services.Tests.Agent.Nested;

public sealed class NestedNameTests
{
    [Theory]
    [InlineData("task/a", "task:a")]
    [InlineData("x/y/a", "x:y/a | x>y:a")]
    [InlineData("x/y/a/b", "x:y/a/b | x>y:a/b")]
    public void The_outermost_is_a_tasks_or_else_a_pods(string path, string expected)
    {
        NestedName.WhyNot(Id(path), "id", out var name).ShouldBeNull();

        string.Join(" | ", name!.Readings.Select(id => $"{(id.Pod is null ? "" : id.Pod + ">")}{id.Task}:{string.Join('/', id.Path)}")).ShouldBe(expected);
        name.Readings.ShouldAllBe(id => id.ToMessage().Equals(Id(path)));
    }

    [Theory]
    [InlineData("a", "'id.parent' is missing: only containers within a task's container are served")]
    [InlineData("x/a b", "'id.value' holds another character than letters, digits, '-' and '_'")]
    [InlineData("../a", "'id.parent.value' holds another character than letters, digits, '-' and '_'")]
    [InlineData("x//a", "'id.parent.value' is empty")]
    [InlineData("1/2/3/4/5/6/7", "'id' has more than 5 parents: a container stands at most 4 deep within a task's, whose parent is its pod's at most")]
    public void Says_what_is_wrong_and_where(string path, string expected)
    {
        NestedName.WhyNot(Id(path), "id", out var name).ShouldBe(expected);
        name.ShouldBeNull();
    }

    [Fact]
    public void One_within_another_is_told_by_its_key_and_by_its_group()
    {
        var outer = new NestedId("task", ["a"], null);
        var inner = new NestedId("task", ["a", "b"], "pod");

        inner.Key.ShouldBe("task/a/b");
        inner.Outer!.Key.ShouldBe(outer.Key);
        (inner.Parent, outer.Parent, outer.Outer).ShouldBe(("a", "task", null));
        inner.Group.ShouldStartWith(outer.Group + "/");
    }

    private static ContainerID Id(string path) => path.Split('/').Aggregate((ContainerID?)null, (above, value) => new ContainerID { Value = value, Parent = above })!;
}

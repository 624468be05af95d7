using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Tests.Agent.Running;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using Body = DataPlatform.Core.Protocol.Mesos.AgentOperatorCall.Types;
using CallType = DataPlatform.Core.Protocol.Mesos.AgentOperatorCall.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Nested;

/// <summary>Containers within containers within a task's.</summary>
public sealed class NestedDepthTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_stands_in_another_of_a_task_by_itself_and_of_one_in_a_pod(bool inPod)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, inPod);
        using var client = new NestedClient(agent);
        var outer = NestedClient.IdWithin(master, "t1", "n1");
        var inner = Within(outer, "n2");
        (await client.LaunchAsync(outer, "exec sleep 4401")).Status.ShouldBe(200);

        (await client.LaunchAsync(inner, "echo inner; exit 3")).Status.ShouldBe(200);
        (await client.WaitAsync(inner)).ShouldBe(3 << 8);

        var task = outer.Parent.Value;
        var sandbox = inPod ? $"containers/{task}/" : "";
        (await agent.ReadFileAsync(inPod ? "pod" : "t1", sandbox + "containers/n1/containers/n2/stdout")).ShouldBe("inner\n");
        (await client.LaunchAsync(inner, "true")).Status.ShouldBe(202);
        (await client.CallAsync(Remove(inner))).Status.ShouldBe(200);
        (await client.CallAsync(Remove(outer))).Status.ShouldBe(409, "it runs");
        Native.Running("sleep", "4401").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task With_a_container_all_within_it_end_and_with_its_removal_they_are_gone()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent);
        var outer = NestedClient.IdWithin(master, "t1", "n1");
        var (inner, beside) = (Within(outer, "n2"), NestedClient.IdWithin(master, "t1", "other"));
        var innermost = Within(inner, "n3");
        foreach (var id in (ContainerID[])[outer, inner, innermost])
            (await client.LaunchAsync(id, "exec sleep 4402")).Status.ShouldBe(200);
        (await client.LaunchAsync(beside, "exec sleep 4403")).Status.ShouldBe(200);
        await using var session = await client.StartAsync(Within(inner, "s1"), "exec sleep 4402");
        await master.Eventually(() => Native.Running("sleep", "4402").Count == 4, "all to run");
        var shown = (await client.CallAsync(new AgentOperatorCall { Type = CallType.GetContainers, GetContainers = new Body.GetContainers { ShowNested = true } })).Answer!.GetContainers.Containers;
        shown.Select(each => each.ContainerId).ShouldContain(innermost);

        (await client.CallAsync(Kill(outer))).Status.ShouldBe(200);

        (await client.WaitAsync(outer)).ShouldBe(9);
        Native.Running("sleep", "4402").ShouldBeEmpty();
        (await client.WaitAsync(innermost)).ShouldBe(9);
        (await client.LaunchAsync(Within(inner, "late"), "true")).Text.ShouldContain("The container 'n2' does not run");
        (await client.CallAsync(Remove(outer))).Status.ShouldBe(200);
        foreach (var id in (ContainerID[])[outer, inner, innermost])
            (await client.CallAsync(Remove(id))).Status.ShouldBe(404);
        Directory.Exists(Path.Combine(agent.Sandbox("t1"), "containers", "n1")).ShouldBeFalse();
        Native.Running("sleep", "4403").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task One_that_ends_by_itself_ends_what_stands_in_it()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent);
        var outer = NestedClient.IdWithin(master, "t1", "n1");
        await client.LaunchAsync(outer, "while [ ! -e end ]; do sleep 0.02; done; exit 5");
        await client.LaunchAsync(Within(outer, "n2"), "exec sleep 4404");
        await master.Eventually(() => Native.Running("sleep", "4404").Count == 1, "both to run");

        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("t1"), "end"), "");

        (await client.WaitAsync(outer)).ShouldBe(5 << 8);
        Native.Running("sleep", "4404").ShouldBeEmpty();
    }

    [Fact]
    public async Task They_stand_four_deep_and_no_deeper()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        using var client = new NestedClient(agent);
        var id = NestedClient.IdWithin(master, "t1", "n1");
        for (var depth = 1; depth <= 4; depth++, id = Within(id, $"n{depth}"))
            (await client.LaunchAsync(id, "exec sleep 4405")).Status.ShouldBe(200);

        (await client.LaunchAsync(id, "true")).ShouldBe((400, null, "The container 'n5' would stand 5 deep within its task's; at most 4 are allowed\n"));
        (await client.LaunchAsync(Within(id, "n6"), "true")).Text.ShouldContain("has more than 5 parents: a container stands at most 4 deep");
    }

    internal static ContainerID Within(ContainerID outer, string id) => new() { Value = id, Parent = outer };

    internal static AgentOperatorCall Kill(ContainerID id, int signal = 9) => new() { Type = CallType.KillNestedContainer, KillNestedContainer = new Body.KillNestedContainer { ContainerId = id, Signal = signal } };

    internal static AgentOperatorCall Remove(ContainerID id) => new() { Type = CallType.RemoveNestedContainer, RemoveNestedContainer = new Body.RemoveNestedContainer { ContainerId = id } };

    private static async Task<AgentUnderTest> StartAsync(FakeMaster master, bool inPod = false)
    {
        var agent = await AgentUnderTest.StartAsync(master);
        if (inPod)
            agent.RunGroup("pod", Framework(), TaskOf("t1", "exec sleep 300"));
        else
            agent.Run(TaskOf("t1", "exec sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        return agent;
    }
}

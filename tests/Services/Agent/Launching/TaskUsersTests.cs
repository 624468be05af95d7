using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Launching;

namespace DataPlatform.Services.Tests.Agent.Launching;

public sealed class TaskUsersTests
{
    private static readonly HostUser Root = new("root", 0, 0);
    private static readonly HostUser Nobody = new("nobody", 65534, 65534);
    private static readonly TaskUserRules Rules = new(Switch: true, AllowRoot: false, ["nobody"], 200_000, 200_009);

    [Fact]
    public void A_framework_has_one_user_on_all_hosts_and_it_is_in_the_range()
    {
        var ids = Enumerable.Range(0, 100).Select(number => Users(Rules).Of("", $"framework-{number}")!.Id).ToList();

        ids.ShouldAllBe(id => id >= 200_000 && id <= 200_009);
        ids.Distinct().Count().ShouldBe(10);
        Users(Rules).Of("", "framework-7")!.Id.ShouldBe(ids[7]);
    }

    [Fact]
    public void A_user_must_be_of_the_host_and_allowed()
    {
        Users(Rules).Of("nobody", "f").ShouldBe(Nobody);
        Refusal(Rules with { Users = [] }, "nobody").ShouldContain("--task-users");
        Refusal(Rules, "stranger").ShouldContain("does not know");
        Refusal(Rules with { Users = ["*"] }, "root").ShouldContain("--allow-root-tasks");
        Users(Rules with { AllowRoot = true }).Of("root", "f").ShouldBe(Root);
    }

    [Fact]
    public void Without_switching_users_a_root_agent_still_runs_nothing_as_root_unless_that_is_allowed()
    {
        Users(Rules with { Switch = false }).Of("nobody", "f")!.Id.ShouldBeInRange(200_000u, 200_009u);
        Users(Rules with { Switch = false, AllowRoot = true }).Of("nobody", "f").ShouldBe(Root);
    }

    [Fact]
    public void An_agent_that_is_not_root_runs_all_as_itself_and_refuses_others()
    {
        var users = new TaskUsers(Rules, Nobody, Find);

        users.Of("", "f").ShouldBeNull();
        users.Of("nobody", "f").ShouldBeNull();
        Should.Throw<LaunchException>(() => users.Of("daemon", "f")).Failure.State.ShouldBe(TaskState.TaskDropped);
    }

    private static TaskUsers Users(TaskUserRules rules) => new(rules, Root, Find);

    private static HostUser? Find(string name) => name switch { "root" => Root, "nobody" => Nobody, _ => null };

    private static string Refusal(TaskUserRules rules, string user) => Should.Throw<LaunchException>(() => Users(rules).Of(user, "f")).Message;
}

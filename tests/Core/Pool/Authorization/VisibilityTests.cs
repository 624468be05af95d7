using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.OperatorCall.Types.Type;
using FeedType = DataPlatform.Core.Protocol.Mesos.OperatorEvent.Types.Type;

namespace DataPlatform.Core.Tests.Pool.Authorization;

public sealed class VisibilityTests
{
    private static readonly Caller Alice = new Caller.Named("alice", "");

    /// <summary>Sees what runs as one user and one role.</summary>
    private static readonly Visibility Narrow = new(AccessRulesTests.Rules("""
        {"view_frameworks":[{"principals":{"values":["alice"]},"users":{"values":["root"]}}],
         "view_tasks":[{"principals":{"values":["alice"]},"users":{"values":["data"]}}],
         "view_roles":[{"principals":{"values":["alice"]},"roles":{"values":["mine"]}}]}
        """), Alice);

    private readonly PoolUnderTest pool = new();

    [Fact]
    public void Who_may_see_nothing_gets_empty_answers_and_no_refusal()
    {
        Populate();
        var blind = new Visibility(AccessRules.Nobody, Alice);

        Answer(CallType.GetFrameworks, blind).GetFrameworks.Frameworks.ShouldBeEmpty();
        Answer(CallType.GetTasks, blind).GetTasks.Tasks.ShouldBeEmpty();
        Answer(CallType.GetRoles, blind).GetRoles.Roles.ShouldBeEmpty();
        var state = Answer(CallType.GetState, blind).GetState;
        state.GetFrameworks.Frameworks.ShouldBeEmpty();
        state.GetTasks.Tasks.ShouldBeEmpty();
    }

    [Fact]
    public void Tasks_are_seen_by_the_user_they_run_as_and_roles_by_their_names()
    {
        Populate();

        Answer(CallType.GetFrameworks, Narrow).GetFrameworks.Frameworks.Count.ShouldBe(1);
        Answer(CallType.GetTasks, Narrow).GetTasks.Tasks.Select(task => task.TaskId.Value).ShouldBe(["of-data"]);
        Answer(CallType.GetRoles, Narrow).GetRoles.Roles.Select(role => role.Name).ShouldBe(["mine"]);
    }

    [Fact]
    public void Quotas_and_weights_are_seen_for_the_roles_allowed()
    {
        foreach (var role in new[] { "mine", "theirs" })
        {
            pool.Do(new PoolCommand.UpdateWeights([new WeightInfo { Role = role, Weight = 2 }], pool.Caller)).ShouldBe(PoolOutcome.Ok);
            var quota = new QuotaConfig { Role = role };
            quota.Limits["cpus"] = new Value.Types.Scalar { Value = 1 };
            pool.Do(new PoolCommand.UpdateQuotas([quota], Force: true, pool.Caller)).ShouldBe(PoolOutcome.Ok);
        }

        var narrow = new Visibility(AccessRulesTests.Rules("""
            {"view_roles":[{"principals":{"values":["alice"]},"roles":{"values":["mine"]}}],
             "get_quotas":[{"principals":{"values":["alice"]},"roles":{"values":["theirs"]}}]}
            """), Alice);

        Answer(CallType.GetWeights, narrow).GetWeights.WeightInfos.Select(weight => weight.Role).ShouldBe(["mine"]);
        Answer(CallType.GetQuota, narrow).GetQuota.Status.Configs.Select(config => config.Role).ShouldBe(["theirs"]);
        Answer(CallType.GetQuota, new Visibility(AccessRules.Nobody, Alice)).GetQuota.Status.Configs.ShouldBeEmpty();
    }

    [Fact]
    public void A_stream_shows_news_only_of_what_it_may_show()
    {
        var feed = new VisibleFeed(Narrow);
        feed.See(OperatorFeed.Subscribed(pool.State)).ShouldNotBeNull();
        pool.Events.Clear();

        Populate();
        foreach (var id in new[] { "of-root", "of-data" })
            pool.Update("a", pool.State.Frameworks.Keys.Single(), id, TaskState.TaskRunning);

        var seen = pool.Events.Select(happened => OperatorFeed.Tell(pool.State, happened)).OfType<OperatorEvent>()
            .Select(feed.See).OfType<OperatorEvent>().ToList();
        seen.Where(news => news.TaskAdded is not null).Select(news => news.TaskAdded.Task.TaskId.Value).ShouldBe(["of-data"]);
        seen.Where(news => news.TaskUpdated is not null).Select(news => news.TaskUpdated.Status.TaskId.Value).ShouldBe(["of-data"]);
        seen.ShouldContain(news => news.Type == FeedType.FrameworkAdded);
    }

    [Fact]
    public void What_a_stream_begins_with_is_filtered_too_and_later_news_of_it_are_known()
    {
        Populate();
        var feed = new VisibleFeed(Narrow);
        var whole = OperatorFeed.Subscribed(pool.State);

        var seen = feed.See(whole).ShouldNotBeNull().Subscribed.GetState;

        seen.GetTasks.Tasks.Select(task => task.TaskId.Value).ShouldBe(["of-data"]);
        whole.Subscribed.GetState.GetTasks.Tasks.Count.ShouldBe(2);
        pool.Events.Clear();
        pool.Update("a", pool.State.Frameworks.Keys.Single(), "of-data", TaskState.TaskRunning);
        pool.Events.Select(happened => OperatorFeed.Tell(pool.State, happened)).OfType<OperatorEvent>()
            .Select(feed.See).OfType<OperatorEvent>().ShouldHaveSingleItem();
    }

    private OperatorResponse Answer(CallType call, Visibility visibility) =>
        OperatorViews.Answer(pool.State, call, visibility).ShouldNotBeNull();

    private void Populate()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f", roles: ["mine", "theirs"]);
        var ofData = PoolUnderTest.Task("of-data", agent);
        ofData.Command.User = "data";
        pool.Accept(framework, pool.OffersTo("f").Take(1), PoolUnderTest.Task("of-root", agent), ofData);
    }
}

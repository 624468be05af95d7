using DataPlatform.Core.Protocol.Mesos;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Tests.Pool;

public sealed class AcceptingTests
{
    private readonly PoolUnderTest pool = new();

    [Fact]
    public void Tasks_of_one_call_share_what_the_offer_holds()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");

        pool.Accept(framework, pool.OffersTo("f"),
            PoolUnderTest.Task("1", agent, "cpus:3"), PoolUnderTest.Task("2", agent, "cpus:3"), PoolUnderTest.Task("3", agent, "cpus:1"));

        pool.State.Frameworks[framework].Tasks.Keys.Order().ShouldBe(["1", "3"]);
        var refused = pool.StatusesTo("f").ShouldHaveSingleItem();
        (refused.TaskId.Value, refused.State, refused.Reason).ShouldBe(("2", TaskState.TaskError, Reason.TaskInvalid));
        refused.Message.ShouldContain("cpus:3");
        refused.HasUuid.ShouldBeFalse();
    }

    [Fact]
    public void A_check_that_can_not_be_made_is_refused_with_its_field()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");
        var task = PoolUnderTest.Task("1", agent);
        task.Check = new CheckInfo { Type = CheckInfo.Types.Type.Http, Http = new CheckInfo.Types.Http { Port = 80, Expect = "(" } };
        var impatient = PoolUnderTest.Task("2", agent);
        impatient.Check = new CheckInfo { Type = CheckInfo.Types.Type.Http, Http = new CheckInfo.Types.Http { Port = 80, Expect = "ok" }, StartingIntervalSeconds = -1 };

        pool.Accept(framework, pool.OffersTo("f"), task, impatient);

        var refused = pool.StatusesTo("f").ToList();
        refused.ShouldAllBe(status => status.State == TaskState.TaskError);
        refused[0].Message.ShouldContain("check.http.expect is no regular expression");
        refused[1].Message.ShouldContain("check.starting_interval_seconds is -1");
    }

    [Fact]
    public void The_same_port_is_not_given_twice()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");

        pool.Accept(framework, pool.OffersTo("f"),
            PoolUnderTest.Task("1", agent, "cpus:1;ports:[100-100]"), PoolUnderTest.Task("2", agent, "cpus:1;ports:[100-101]"));

        pool.State.Frameworks[framework].Tasks.Keys.ShouldBe(["1"]);
    }

    [Fact]
    public void A_task_id_counts_once_in_a_call_too()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");

        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("1", agent), PoolUnderTest.Task("1", agent));

        pool.ToldToAgent("a").Count(told => told.RunTask is not null).ShouldBe(1);
        pool.StatusesTo("f").ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskError);
    }

    [Fact]
    public void An_offer_is_used_once()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");
        var offers = pool.OffersTo("f");
        pool.Accept(framework, offers, PoolUnderTest.Task("1", agent));

        pool.Accept(framework, offers, PoolUnderTest.Task("2", agent));

        var refused = pool.StatusesTo("f").ShouldHaveSingleItem();
        (refused.TaskId.Value, refused.State, refused.Reason).ShouldBe(("2", TaskState.TaskDropped, Reason.InvalidOffers));
    }

    [Fact]
    public void Offers_of_two_agents_are_not_combined_and_come_free()
    {
        var first = pool.Register("a");
        pool.Register("b");
        var framework = pool.Subscribe("f");
        var offers = pool.OffersTo("f");
        offers.Count.ShouldBe(2);

        pool.Accept(framework, offers, PoolUnderTest.Task("1", first));

        pool.StatusesTo("f").ShouldHaveSingleItem().Reason.ShouldBe(Reason.InvalidOffers);
        pool.OffersTo("f").Select(offer => offer.Id.Value).ShouldNotContain(offers[0].Id.Value);
        pool.OffersTo("f").Count.ShouldBe(2);
    }

    [Fact]
    public void The_offer_of_another_framework_stays_with_it()
    {
        var agent = pool.Register("a");
        pool.Subscribe("owner");
        var thief = pool.Subscribe("thief");
        var theirs = pool.OffersTo("owner");

        pool.Accept(thief, theirs, PoolUnderTest.Task("1", agent));

        pool.StatusesTo("thief").ShouldHaveSingleItem().Reason.ShouldBe(Reason.InvalidOffers);
        pool.OffersTo("owner").ShouldBe(theirs);
    }

    [Fact]
    public void Who_knows_nothing_of_partitions_is_told_that_a_task_is_lost()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f", partitionAware: false);

        pool.Accept(framework, [new Offer { Id = new OfferID { Value = "none" } }], PoolUnderTest.Task("1", agent));

        pool.StatusesTo("f").ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskLost);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a\nb")]
    [InlineData("long")]
    public void A_task_id_that_could_lead_out_of_its_directory_is_refused(string id)
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");

        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task(id == "long" ? new string('x', 300) : id, agent));

        var refused = pool.StatusesTo("f").ShouldHaveSingleItem();
        (refused.State, refused.Reason).ShouldBe((TaskState.TaskError, Reason.TaskInvalid));
        refused.Message.ShouldStartWith("Task id");
        pool.ToldToAgent("a").ShouldAllBe(told => told.RunTask == null);
    }

    [Theory, InlineData(true, TaskState.TaskStaging), InlineData(false, TaskState.TaskError)]
    public void Only_an_image_may_say_itself_what_is_run(bool ofImage, TaskState state)
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");
        var task = PoolUnderTest.Task("1", agent);
        task.Command = new CommandInfo { Shell = false };
        if (ofImage)
            task.Container = new ContainerInfo { Type = ContainerInfo.Types.Type.Docker, Docker = new() { Image = "app" } };

        pool.Accept(framework, pool.OffersTo("f"), task);

        (pool.StatusesTo("f").SingleOrDefault()?.State ?? TaskState.TaskStaging).ShouldBe(state);
        pool.ToldToAgent("a").Count(told => told.RunTask is not null).ShouldBe(ofImage ? 1 : 0);
    }

    [Fact]
    public void What_is_left_over_is_not_offered_again_for_as_long_as_the_filter_says()
    {
        pool.Register("a");
        var framework = pool.Subscribe("f");
        var offer = pool.OffersTo("f").ShouldHaveSingleItem();
        pool.Call(framework, call =>
        {
            call.Type = SchedulerCall.Types.Type.Accept;
            call.Accept = new() { OfferIds = { offer.Id }, Filters = new() { RefuseSeconds = 10 } };
        });

        pool.Pass(TimeSpan.FromSeconds(9));
        pool.OffersTo("f").ShouldBeEmpty();
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.OffersTo("f").ShouldHaveSingleItem();
    }
}

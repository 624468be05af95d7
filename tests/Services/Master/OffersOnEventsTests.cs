using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Tests.Master;

/// <summary>Offers follow what happens; the timer of an hour here never runs.</summary>
public sealed class OffersOnEventsTests
{
    [Fact]
    public async Task What_a_task_or_a_refused_launch_leaves_free_is_offered_at_once()
    {
        await using var master = await MasterProcess.StartAsync("--allocation-interval", "1hrs");
        await using var agent = new FakeAgent(master.Endpoint);
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);

        await agent.RegisterAsync();
        var (whole, first) = await framework.WaitForOfferAsync();
        Cpus(whole).ShouldBe(64);
        await FaultTests.RunAsync(framework, agent, "t1");
        var (rest, second) = await framework.WaitForOfferAsync(first + 1);
        Cpus(rest).ShouldBe(63.9);
        await agent.UpdateAsync(new FrameworkID { Value = framework.Id }, agent.Status("t1", TaskState.TaskFinished));

        var (freed, _) = await framework.WaitForOfferAsync(second + 1);
        Cpus(freed).ShouldBe(0.1);
    }

    [Fact]
    public async Task An_offer_that_one_framework_declines_goes_to_the_next()
    {
        await using var master = await MasterProcess.StartAsync("--allocation-interval", "1hrs");
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var first = await TestFramework.SubscribeAsync(master.Endpoint);
        var (offer, _) = await first.WaitForOfferAsync();
        await using var second = await TestFramework.SubscribeAsync(master.Endpoint);

        await first.CallAsync($$"""{"type":"DECLINE","decline":{"offer_ids":[{{offer["id"]!.ToJsonString()}}]} }""");

        var (theirs, _) = await second.WaitForOfferAsync();
        Cpus(theirs).ShouldBe(64);
    }

    private static double Cpus(System.Text.Json.Nodes.JsonNode offer) => offer["resources"]!.AsArray()
        .Single(resource => (string?)resource!["name"] == "cpus")!["scalar"]!["value"]!.GetValue<double>();
}

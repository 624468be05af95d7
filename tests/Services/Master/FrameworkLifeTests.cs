using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Tests.Master;

/// <summary>
/// The life of a framework, call by call, as a real Mesos saw it. Left out are reservations, volumes, pods, custom executors
/// and draining, which this master refuses with an event; <see cref="RefusedOperationTests"/> has those.
/// </summary>
public sealed class FrameworkLifeTests
{
    [Fact]
    public async Task Answers_every_recorded_call_with_the_recorded_status_and_events()
    {
        await using var master = await MasterProcess.StartAsync("--allocation-interval", "20ms");
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        var recorded = Recording.Read("life.jsonl");
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint, recorded[0]["body"]);
        await framework.WaitForOfferAsync();
        var (theirs, ours) = (Ids(recorded[0]["events"]!.AsArray()), Ids(framework.Stream.Events));
        CompareGreeting(recorded[0]["events"]!.AsArray(), theirs, framework.Stream.Events, ours);

        var script = new Queue<TaskReport>();
        agent.OnRun = (host, task, _) => PlayAsync(host, framework, script, task.TaskId.Value);
        agent.OnKill = (host, kill) => PlayAsync(host, framework, script, kill.TaskId.Value);
        foreach (var call in recorded.Skip(1))
        {
            var name = (string)call["name"]!;
            var expected = call["events"]!.AsArray().Select(happened => Recording.Comparable(happened!, theirs)).ToList();
            script = new(call["agent"]!.AsArray().Select(status => MesosJson.Parse<TaskReport>(Encoding.UTF8.GetBytes(status!.ToJsonString()))));
            var before = framework.Stream.Events.Count;

            var status = await framework.CallAsync(await TranslateAsync(call["body"]!, theirs, ours, framework), (string?)call["stream_id"] switch
            {
                "right" => null,
                "wrong" => Guid.NewGuid().ToString(),
                _ => "",
            });

            ((int)status).ShouldBe((int)call["status"]!, name);
            for (var place = before; expected.Count > 0; place++)
            {
                (var update, place) = await framework.Stream.WaitForTypeAsync("UPDATE", place);
                Recording.Comparable(update, ours).ShouldBe(expected[0], name);
                expected.RemoveAt(0);
                if (update["update"]!["status"]!["uuid"] is not null)
                    ((int)await framework.AcknowledgeAsync(update["update"]!["status"]!)).ShouldBe(202, name);
            }
        }

        await framework.Stream.WaitForEndAsync();
        framework.Stream.Events.Count(happened => (string?)happened["type"] == "UPDATE")
            .ShouldBe(recorded.Skip(1).Sum(call => call["events"]!.AsArray().Count), "no update came that was not recorded");
        await using var afterwards = await OpenStream.PostAsync(new HttpClient { BaseAddress = master.Endpoint }, "/api/v1/scheduler", SubscriptionTests.Subscribe(framework.Id));
        await afterwards.WaitForTypeAsync("ERROR");
        await afterwards.WaitForEndAsync();
    }

    private static async Task PlayAsync(FakeAgent host, TestFramework framework, Queue<TaskReport> script, string task)
    {
        while (script.TryDequeue(out var status))
        {
            status.TaskId.Value.ShouldBe(task);
            status.AgentId = host.Info.Id;
            await host.UpdateAsync(new FrameworkID { Value = framework.Id }, status);
        }
    }

    /// <summary>The call with our ids; an offer of the recording becomes the newest of ours.</summary>
    private static async Task<JsonNode> TranslateAsync(
        JsonNode call, (string Id, string Name)[] theirs, (string Id, string Name)[] ours, TestFramework framework)
    {
        var text = call.ToJsonString();
        foreach (var ((from, _), (to, _)) in theirs.Zip(ours))
            text = text.Replace(from, to, StringComparison.Ordinal);
        var translated = JsonNode.Parse(text)!;
        if (translated["accept"] is not { } accept || accept["offer_ids"]![0]!["value"]!.GetValue<string>().StartsWith("nothing", StringComparison.Ordinal))
            return translated;
        var offer = await NewestOfferAsync(framework);
        foreach (var id in accept["offer_ids"]!.AsArray())
            id!["value"] = offer;
        accept["filters"]!["refuse_seconds"] = 0.02;
        return translated;
    }

    /// <summary>An offer that holds all but what the two long tasks may hold, and that was not used yet.</summary>
    private static async Task<string> NewestOfferAsync(TestFramework framework)
    {
        var from = framework.LastOfferUsed;
        while (true)
        {
            var (offers, place) = await framework.Stream.WaitForTypeAsync("OFFERS", from);
            from = place + 1;
            var offer = offers["offers"]!["offers"]!.AsArray().FirstOrDefault(candidate => candidate!["resources"]!.AsArray()
                .Any(resource => (string?)resource!["name"] == "cpus" && resource["scalar"]!["value"]!.GetValue<double>() > 60));
            if (offer is null)
                continue;
            framework.LastOfferUsed = from;
            return offer["id"]!["value"]!.GetValue<string>();
        }
    }

    /// <summary>The ids of master, framework and agent, longest first, under names that both recordings share.</summary>
    private static (string Id, string Name)[] Ids(IEnumerable<JsonNode?> events)
    {
        var subscribed = events.First(happened => (string?)happened!["type"] == "SUBSCRIBED")!["subscribed"]!;
        var offer = events.First(happened => (string?)happened!["type"] == "OFFERS")!["offers"]!["offers"]![0]!;
        return
        [
            (subscribed["framework_id"]!["value"]!.GetValue<string>(), "FRAMEWORK"),
            (offer["id"]!["value"]!.GetValue<string>(), "OFFER"),
            (offer["agent_id"]!["value"]!.GetValue<string>(), "AGENT"),
            (subscribed["master_info"]!["id"]!.GetValue<string>(), "MASTER"),
        ];
    }

    private static void CompareGreeting(
        JsonArray recorded, (string, string)[] theirs, List<JsonNode> events, (string, string)[] ours)
    {
        events.Take(3).Select(happened => (string?)happened["type"]).ShouldBe(["SUBSCRIBED", "HEARTBEAT", "OFFERS"]);
        // What is the master's own: its port, its version, and the capabilities that it has.
        foreach (var info in new[] { recorded[0]!, events[0] }.Select(happened => happened["subscribed"]!["master_info"]!.AsObject()))
        {
            foreach (var own in new[] { "port", "pid", "version", "capabilities" })
                info.Remove(own);
            info["address"]!.AsObject().Remove("port");
        }

        Recording.Comparable(events[0], ours).ShouldBe(Recording.Comparable(recorded[0]!, theirs));
        // Resources stand in another order, which says nothing.
        foreach (var offers in new[] { recorded[2]!, events[2] })
        {
            var resources = offers["offers"]!["offers"]![0]!["resources"]!.AsArray();
            var sorted = resources.Select(resource => resource!.DeepClone()).OrderBy(resource => (string?)resource["name"], StringComparer.Ordinal).ToArray();
            offers["offers"]!["offers"]![0]!["resources"] = new JsonArray(sorted);
        }

        Recording.Comparable(events[2], ours).ShouldBe(Recording.Comparable(recorded[2]!, theirs));
    }
}

using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master.Endpoints;

/// <summary>What was read by GET before the operator API: every field that a real Mesos showed is there, of the same kind.</summary>
public sealed class OlderEndpointsTests
{
    /// <summary>Fields that a real Mesos has and ours has not, with the reason.</summary>
    private static readonly Dictionary<string, string> Missing = new()
    {
        ["offer_constraints"] = "offer constraints are not taken yet",
        ["quota"] = "quotas are told by /quota",
        ["container_status"] = "an agent tells it, and the one of this test has no containers",
    };

    [Fact]
    public async Task Every_field_of_the_recorded_Mesos_is_there()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await FaultTests.RunAsync(framework, agent, "t1");
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = master.Endpoint };
        var findings = new List<string>();

        foreach (var line in Recording.Read("older.jsonl").Where(line => line["request"] is not null))
        {
            var path = (string)line["request"]!["path"]!;
            using var answer = await http.GetAsync(path);
            ((int)answer.StatusCode).ShouldBe((int)line["status"]!, path);
            if ((string?)line["location"] is not null)
                answer.Headers.Location!.OriginalString.ShouldBe($"//{master.Endpoint.Authority}");
            if (line["body"] is JsonObject recorded)
                Compare(path, recorded, JsonNode.Parse(await answer.Content.ReadAsStringAsync()), findings);
        }

        findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Both_forms_of_the_path_answer_the_same_and_the_oldest_too()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };

        foreach (var path in new[] { "/state", "/master/state", "/master/state.json", "/state.json", "/slaves", "/master/slaves", "/master/frameworks", "/master/tasks", "/master/roles", "/master/state-summary", "/master/flags", "/weights", "/master/quota" })
        {
            using var answer = await http.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json", path);
        }
    }

    [Fact]
    public async Task Tasks_are_chosen_by_framework_id_and_number()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await FaultTests.RunAsync(framework, agent, "t1", "t2", "t3");
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        async Task<string[]> IdsAsync(string query) => [.. JsonNode.Parse(await http.GetStringAsync("/tasks" + query))!["tasks"]!.AsArray().Select(task => (string)task!["id"]!)];

        (await IdsAsync("?order=asc")).ShouldBe(["t1", "t2", "t3"]);
        (await IdsAsync("")).ShouldBe(["t3", "t2", "t1"]);
        (await IdsAsync("?limit=1&offset=1")).ShouldBe(["t2"]);
        (await IdsAsync($"?framework_id={framework.Id}&task_id=t1")).ShouldBe(["t1"]);
        (await IdsAsync("?framework_id=other")).ShouldBeEmpty();
        (await http.GetAsync("/tasks?limit=-1")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Names_of_the_recorded_metrics_that_mean_something_here_are_served()
    {
        // What belongs to parts that this master does not have, or counts nothing in it.
        string[] without =
        [
            "allocator/event_queue_dispatches", "allocator/mesos/allocation_run", "allocator/mesos/event_queue_dispatches", "allocator/mesos/offer_filters/",
            "allocator/mesos/quota/", "allocator/mesos/roles/", "_revocable_", "master/gpus_", "master/dropped_messages", "master/event_queue_",
            "master/http_cache_hits", "_executor_to_framework_messages", "_framework_to_executor_messages", "valid_", "master/operations/",
            "master/messages_authenticate", "master/messages_deactivate_framework", "master/messages_executor_to_framework",
            "master/messages_exited_executor", "master/messages_operation_status_update", "master/messages_unregister_slave", "master/messages_update_slave",
            "master/operator_event_stream_subscribers", "master/recovery_slave_removals", "reason_unhealthy", "master/slave_shutdowns_",
            "master/slave_unreachable_canceled", "master/task_", "master/uptime_secs", "registrar/",
        ];
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        var recorded = Recording.Read("older.jsonl").Single(line => line["metrics"] is not null)["metrics"]!.AsArray().Select(name => (string)name!);

        var served = JsonNode.Parse(await http.GetStringAsync("/metrics/snapshot"))!.AsObject().Select(metric => metric.Key).ToHashSet();

        recorded.Where(name => !without.Any(part => name.Contains(part, StringComparison.Ordinal))).Except(served).ShouldBeEmpty();
        served.Count(name => name.StartsWith("master/", StringComparison.Ordinal)).ShouldBeGreaterThan(60);
    }

    private static void Compare(string path, JsonObject recorded, JsonNode? ours, List<string> findings)
    {
        foreach (var (name, value) in recorded)
        {
            var place = $"{path} {name}";
            if (Missing.ContainsKey(name) || name is "flags" or "labels")
                continue;
            if (ours?[name] is not { } own)
                findings.Add($"{place} is missing");
            else if (Kind(own) != Kind(value))
                findings.Add($"{place} is {Kind(own)}, Mesos has {Kind(value)}");
            else if (value is JsonObject members)
                CompareNamed(place, members, own, findings);
            else if (name.EndsWith("_full", StringComparison.Ordinal))
                continue; // Any resource may be the first.
            else if (value is JsonArray { Count: > 0 } items && items[0] is JsonObject first && own.AsArray().Count > 0)
                Compare(place, first, own.AsArray()[0], findings);
        }
    }

    /// <summary>Members named by roles and resources differ from pool to pool.</summary>
    private static void CompareNamed(string place, JsonObject members, JsonNode own, List<string> findings)
    {
        if (!place.Contains("resources", StringComparison.Ordinal) && !place.EndsWith("allocated", StringComparison.Ordinal)
            && !place.EndsWith("offered", StringComparison.Ordinal) && !place.EndsWith("reserved", StringComparison.Ordinal)
            && !place.EndsWith("container_status", StringComparison.Ordinal))
            Compare(place, members, own, findings);
    }

    private static string Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        null => "nothing",
        JsonValueKind.True or JsonValueKind.False => "a truth value",
        var kind => kind.Value.ToString(),
    };
}

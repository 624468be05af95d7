using System.Net;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Tests.Journal;
using Npgsql;

namespace DataPlatform.Services.Tests.Master;

/// <summary>Three real masters on one PostgreSQL, and a task that runs all along.</summary>
public sealed class FailoverTests(PostgresServer server) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private const string Lease = "2secs";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<MasterProcess> masters = [];
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private NpgsqlDataSource database = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        database = await server.CreateAsync();
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database;
        var journal = $"postgres://dp@localhost/{name}?host={Uri.EscapeDataString(server.Folder)}";
        for (var number = 0; number < 3; number++)
            masters.Add(await MasterProcess.StartAsync("--journal", journal, "--journal-lease", Lease));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var master in masters)
            await master.DisposeAsync();
        http.Dispose();
        if (database is not null)
            await database.DisposeAsync();
    }

    [Fact]
    public async Task Followers_send_to_the_leader_and_say_that_they_follow()
    {
        var leader = await LeaderAsync();
        foreach (var follower in masters.Where(master => master != leader))
        {
            await WaitAsync(async () => await HealthAsync(follower) == $"following {leader.Endpoint.Authority}");
            using var call = await http.PostAsync(new Uri(follower.Endpoint, "/api/v1/scheduler"), new StringContent("{}"));
            call.StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect);
            call.Headers.Location!.OriginalString.ShouldBe($"//{leader.Endpoint.Authority}/api/v1/scheduler");
            using var redirect = await http.GetAsync(new Uri(follower.Endpoint, "/master/redirect"));
            redirect.Headers.Location!.OriginalString.ShouldBe($"//{leader.Endpoint.Authority}");
        }
    }

    [Fact]
    public async Task Another_leads_when_the_leader_is_killed_and_the_task_runs_on()
    {
        var leader = await LeaderAsync();
        await using var before = await Running.StartAsync(leader.Endpoint);
        await leader.KillAsync();
        var next = await LeaderAsync(except: leader);
        await using var after = await before.FollowAsync(next.Endpoint);
    }

    [Fact]
    public async Task A_leader_that_was_stopped_beyond_its_lease_leads_no_more_when_it_goes_on()
    {
        var leader = await LeaderAsync();
        await using var before = await Running.StartAsync(leader.Endpoint);
        leader.Pause();
        try
        {
            var next = await LeaderAsync(except: leader);
            await using var after = await before.FollowAsync(next.Endpoint);
            leader.Resume();
            await WaitAsync(() => Task.FromResult(before.Framework.Stream.ClosedByServer));
            await WaitAsync(async () => await HealthAsync(leader) == $"following {next.Endpoint.Authority}");
            (await HealthAsync(next)).ShouldBe("leading");
            await after.IsRunningAsync();
        }
        finally
        {
            leader.Resume();
        }
    }

    [Fact]
    public async Task A_leader_whose_connections_to_the_database_are_cut_loses_nothing()
    {
        var leader = await LeaderAsync();
        await using var before = await Running.StartAsync(leader.Endpoint);
        await using (var cut = database.CreateCommand(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"))
            await cut.ExecuteScalarAsync();
        // What it can't write now is refused, not lost: whoever asks again is served, by it or by the next.
        await WaitAsync(async () =>
        {
            var leading = await LeaderAsync();
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(leading.Endpoint, "/api/v1/scheduler"))
            {
                Content = new StringContent(SubscriptionTests.Subscribe().ToJsonString(), System.Text.Encoding.UTF8, "application/json"),
            };
            using var asked = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return asked.StatusCode == HttpStatusCode.OK;
        });
        await using var after = await before.FollowAsync((await LeaderAsync()).Endpoint);
    }

    [Fact]
    public async Task Masters_that_find_the_journal_damaged_end_instead_of_leading()
    {
        var leader = await LeaderAsync();
        await using var before = await Running.StartAsync(leader.Endpoint);
        await using (var damage = database.CreateCommand("DELETE FROM dp_record WHERE sequence = (SELECT min(sequence) FROM dp_record)"))
            (await damage.ExecuteNonQueryAsync()).ShouldBe(1);
        await leader.KillAsync();
        foreach (var next in masters.Where(master => master != leader))
            await WaitAsync(() => Task.FromResult(next.HasExited));
    }

    private async Task<MasterProcess> LeaderAsync(MasterProcess? except = null)
    {
        MasterProcess? found = null;
        await WaitAsync(async () =>
        {
            foreach (var master in masters.Where(master => master != except && !master.HasExited))
            {
                if (await HealthAsync(master) == "leading")
                    found = master;
            }

            return found is not null;
        });
        return found!;
    }

    private async Task<string> HealthAsync(MasterProcess master)
    {
        try
        {
            return await http.GetStringAsync(new Uri(master.Endpoint, "/health"));
        }
        catch (HttpRequestException error)
        {
            return error.Message;
        }
    }

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
            await Task.Delay(20, patience.Token);
    }

    /// <summary>A framework and an agent with a task that runs, at one of the masters.</summary>
    private sealed class Running(TestFramework framework, FakeAgent agent) : IAsyncDisposable
    {
        public TestFramework Framework { get; } = framework;

        public static async Task<Running> StartAsync(Uri master)
        {
            var framework = await TestFramework.SubscribeAsync(master, WithFailover(id: null));
            var agent = new FakeAgent(master)
            {
                OnRun = (self, task, info) => self.UpdateAsync(info.Id, self.Status(task.TaskId.Value, TaskState.TaskRunning)),
            };
            await agent.RegisterAsync();
            var (offer, _) = await framework.WaitForOfferAsync();
            await framework.LaunchAsync(offer, "runs");
            var (status, _) = await framework.WaitForStatusAsync("runs", "TASK_RUNNING");
            await framework.AcknowledgeAsync(status);
            return new Running(framework, agent);
        }

        /// <summary>Both come to the next leader, as what they were, and are served by it.</summary>
        public async Task<Running> FollowAsync(Uri leader)
        {
            var again = await TestFramework.SubscribeAsync(leader, WithFailover(Framework.Id));
            again.Id.ShouldBe(Framework.Id);
            var returned = new FakeAgent(leader);
            returned.Info.Id = agent.Info.Id;
            foreach (var (id, task) in agent.Tasks)
                returned.Tasks[id] = task;
            foreach (var (id, info) in agent.Frameworks)
                returned.Frameworks[id] = info;
            (await returned.RegisterAsync()).Registered.AgentId.Value.ShouldBe(agent.Id);
            await again.WaitForOfferAsync();
            var next = new Running(again, returned);
            await next.IsRunningAsync();
            returned.Events.ShouldNotContain(told => told.RunTask != null);
            return next;
        }

        public async Task IsRunningAsync()
        {
            var from = Framework.Stream.Events.Count;
            await Framework.CallAsync("""{"type":"RECONCILE","reconcile":{"tasks":[{"task_id":{"value":"runs"} }]} }""");
            await Framework.WaitForStatusAsync("runs", "TASK_RUNNING", from);
        }

        public async ValueTask DisposeAsync()
        {
            await Framework.DisposeAsync();
            await agent.DisposeAsync();
        }

        private static System.Text.Json.Nodes.JsonNode WithFailover(string? id)
        {
            var call = SubscriptionTests.Subscribe();
            call["subscribe"]!["framework_info"]!["failover_timeout"] = 600;
            if (id is null)
                return call;
            call["framework_id"] = new System.Text.Json.Nodes.JsonObject { ["value"] = id };
            call["subscribe"]!["framework_info"]!["id"] = new System.Text.Json.Nodes.JsonObject { ["value"] = id };
            return call;
        }
    }
}

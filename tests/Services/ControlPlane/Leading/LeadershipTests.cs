using System.Net;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Tests.Journal;
using DataPlatform.Operators.Sdk.State;
using DataPlatform.Services.ControlPlane.Leading;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace DataPlatform.Services.Tests.ControlPlane.Leading;

/// <summary>Control planes of this process on one PostgreSQL.</summary>
public sealed class LeadershipTests(PostgresServer server) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private NpgsqlDataSource database = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        database = await server.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (database is not null) await database.DisposeAsync();
    }

    [Fact]
    public async Task The_second_sends_people_to_the_first_and_takes_over_when_that_one_ends()
    {
        var first = await StartAsync();
        await using var second = await StartAsync();
        (await first.Stranger.GetStringAsync("/health")).ShouldBe("ok");
        (await second.Stranger.GetStringAsync("/health")).ShouldBe($"follower of {first.Url}");
        (await second.Client.GetStringAsync("/metrics")).ShouldContain("dp_control_plane_leading 0");

        foreach (var path in (string[])["/", "/api/v1/clusters?a=b%20c", "/login", "/ui/trial/x/"])
        {
            using var page = await second.Stranger.GetAsync(path);
            page.StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect);
            page.Headers.Location!.OriginalString.ShouldBe(first.Url + path);
        }

        using var client = new ControlPlaneClient(new ControlPlaneAddress(second.Url, second.Client.DefaultRequestHeaders.Authorization!.Parameter));
        await client.LaunchAsync(new LaunchRequest("sample", "trial", null, 3600));
        first.Engine.Wanted.ShouldHaveSingleItem().Name.ShouldBe("trial");
        second.Engine.Wanted.ShouldBeEmpty();
        Should.Throw<LeaseLostException>(() => second.Get<IClusterDocuments>().Write("a", [new DocumentChange.Forget()]));

        await first.DisposeAsync();
        await UntilAsync(async () => await second.Stranger.GetStringAsync("/health") == "ok");
        (await client.ClusterAsync("trial")).Summary.Owner.ShouldBe("tester");
        await UntilAsync(() => Task.FromResult(second.Engine.Wanted.Any(cluster => cluster.Name == "trial")));
        (await second.Client.GetStringAsync("/metrics")).ShouldContain("dp_control_plane_epoch 2");
    }

    [Fact]
    public async Task Work_is_stopped_before_another_can_lead_though_the_database_does_not_answer_and_goes_on_when_it_does()
    {
        await using var host = await StartAsync(services => services.AddWhileLeading<Work>());
        var work = host.Get<Work>();
        await UntilAsync(() => Task.FromResult(work.Starts == 1));
        (await host.Post("/api/v1/clusters", """{"package":"sample","name":"trial"}""")).Status.ShouldBe(HttpStatusCode.Created);
        await using var watched = await host.Client.GetStreamAsync("/api/v1/clusters/trial/events");
        await using (var other = await database.OpenConnectionAsync())
        await using (var holding = await other.BeginTransactionAsync())
        {
            await using (var hold = new NpgsqlCommand("SELECT 1 FROM leases FOR UPDATE", other, holding)) await hold.ExecuteScalarAsync();
            await UntilAsync(() => Task.FromResult(work.LeftAtItsEnd is not null));
            work.LeftAtItsEnd!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
            using var health = await host.Stranger.GetAsync("/health");
            health.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            // Whoever watches is to ask the one that leads next.
            await Should.ThrowAsync<IOException>(() => watched.CopyToAsync(Stream.Null).WaitAsync(Patience));
        }

        await UntilAsync(() => Task.FromResult(work.Starts == 2));
        await UntilAsync(async () => (await host.Stranger.GetAsync("/health")).IsSuccessStatusCode);
        (await host.Client.GetStringAsync("/metrics")).ShouldContain("dp_control_plane_lost_leads_total 1");
    }

    [Fact]
    public async Task A_page_that_one_protected_is_read_by_the_next()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        var secret = Protector(first).Protect("a form"u8.ToArray());
        Protector(second).Unprotect(secret).ShouldBe("a form"u8.ToArray());
    }

    private static Microsoft.AspNetCore.DataProtection.IDataProtector Protector(ControlPlaneHost host) =>
        host.Get<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>().CreateProtector("test");

    private Task<ControlPlaneHost> StartAsync(Action<IServiceCollection>? configure = null) => ControlPlaneHost.Start(
        change: settings => settings with { Database = new DatabaseSettings { Shared = new NpgsqlConnectionStringBuilder(database.ConnectionString), Lease = TimeSpan.FromSeconds(4) } },
        configure: configure);

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(20, patience.Token);
    }

    private sealed class Work(Lease lease) : BackgroundService
    {
        public int Starts { get; private set; }

        public TimeSpan? LeftAtItsEnd { get; private set; }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            Starts++;
            await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            LeftAtItsEnd ??= lease.Remaining;
        }
    }
}

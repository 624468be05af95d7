using System.Diagnostics;
using System.Net;
using DataPlatform.Core.Tests.Journal;
using Npgsql;

namespace DataPlatform.Services.Tests.ControlPlane.Leading;

/// <summary>Two real control planes on one PostgreSQL.</summary>
public sealed class TakeoverTests(PostgresServer server) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan UntilTaken = TimeSpan.FromSeconds(10);

    private NpgsqlDataSource database = null!;
    private ControlPlaneProcess first = null!;
    private ControlPlaneProcess second = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        database = await server.CreateAsync();
        var name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database;
        string[] flags = ["--database", $"postgres://dp@localhost/{name}?host={Uri.EscapeDataString(server.Folder)}"];
        first = await ControlPlaneProcess.StartAsync(flags);
        second = await ControlPlaneProcess.StartAsync(flags);
        await using var insert = database.CreateCommand(
            "INSERT INTO clusters VALUES ('1', 'trial', 'sample', '1', 'tester', '{}', 1, 4102444800000, NULL, NULL, NULL)");
        await insert.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (first is not null) await first.DisposeAsync();
        if (second is not null) await second.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
    }

    [Fact]
    public async Task The_second_leads_soon_after_the_first_was_killed_and_knows_whom_that_one_knew()
    {
        (await first.HealthAsync()).ShouldBe("ok");
        (await second.HealthAsync()).ShouldBe($"follower of {first.Url.AbsoluteUri.TrimEnd('/')}");
        var token = first.Token!;
        using (var redirected = await second.SendAsync(HttpMethod.Get, "/api/v1/clusters", token))
            redirected.Headers.Location.ShouldBe(new Uri(first.Url, "/api/v1/clusters"));

        var watch = Stopwatch.StartNew();
        await first.KillAsync();
        await UntilAsync(async () => await second.HealthAsync() == "ok");
        watch.Elapsed.ShouldBeLessThan(UntilTaken);
        using var answer = await second.SendAsync(HttpMethod.Get, "/api/v1/clusters/trial", token);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_that_was_stopped_beyond_its_lease_writes_nothing_when_it_goes_on_and_follows()
    {
        var token = first.Token!;
        first.Halt();
        try
        {
            var watch = Stopwatch.StartNew();
            await UntilAsync(async () => await second.HealthAsync() == "ok");
            watch.Elapsed.ShouldBeLessThan(UntilTaken);
            var asking = first.SendAsync(HttpMethod.Delete, "/api/v1/clusters/trial", token);
            first.GoOn();
            using var answer = await asking;
            answer.StatusCode.ShouldBeOneOf(HttpStatusCode.ServiceUnavailable, HttpStatusCode.TemporaryRedirect);
        }
        finally
        {
            first.GoOn();
        }

        await UntilAsync(async () => await first.HealthAsync() == $"follower of {second.Url.AbsoluteUri.TrimEnd('/')}");
        (await second.HealthAsync()).ShouldBe("ok");
        await using var asked = database.CreateCommand("SELECT count(*) FROM clusters WHERE delete_requested_at IS NOT NULL");
        (await asked.ExecuteScalarAsync()).ShouldBe(0L);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(20, patience.Token);
    }
}

using System.Data.Common;
using System.Net;
using System.Text.Json.Nodes;
using DataPlatform.Core.Tests.Journal;
using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.ControlPlane.Storage;
using DataPlatform.Services.Tests.Agent.Running;
using Npgsql;

namespace DataPlatform.Services.Tests.ControlPlane.Storage;

/// <summary>A database that fails ends nothing: people are told, nothing is launched, and all goes on when it works again.</summary>
public sealed class DatabaseFaultTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_full_disk_is_told_to_whoever_asks_and_nothing_is_launched()
    {
        var folder = Directory.CreateTempSubdirectory("dp-small-disk-").FullName;
        using var disk = SmallDisk.TryMount(folder, 4);
        if (disk is null) Directory.Delete(folder);
        Assert.SkipWhen(disk is null, "A file system of a test's own can't be mounted here");
        await using var host = await ControlPlaneHost.Start(change: settings => settings with { WorkDir = Path.Combine(folder, "work") });
        await LaunchesAsync(host, "before");
        Fill(folder);
        // Not even the smallest write may find room within what the log has of the disk already.
        Should.Throw<DbException>(() =>
        {
            while (true)
            {
                host.Get<Database>().Write(_ => true);
                Fill(folder);
            }
        });
        await RefusesAsync(host, 507, "full");
        File.Delete(Path.Combine(folder, "filling"));
        await WorksAgainAsync(host);
    }

    [Fact]
    public async Task A_database_that_is_stopped_is_told_to_whoever_asks_and_nothing_is_launched()
    {
        using var server = new PostgresServer();
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        await using var source = await server.CreateAsync();
        var connection = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        await using var host = await ControlPlaneHost.Start(change: settings => settings with { Database = new DatabaseSettings { Shared = connection, Lease = TimeSpan.FromSeconds(2) } });
        await LaunchesAsync(host, "before");
        server.Stop().ShouldBeTrue();
        await RefusesAsync(host, 503, "can't be used");
        server.StartAgain().ShouldBeTrue();
        await WorksAgainAsync(host);
    }

    [Fact]
    public async Task A_control_plane_that_starts_without_its_shared_database_says_so_and_works_once_it_is_there()
    {
        using var server = new PostgresServer();
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        await using var source = await server.CreateAsync();
        var name = new NpgsqlConnectionStringBuilder(source.ConnectionString).Database;
        server.Stop().ShouldBeTrue();
        await using var started = await ControlPlaneProcess.StartAsync("--database", $"postgres://dp@localhost/{name}?host={Uri.EscapeDataString(server.Folder)}");
        (await started.HealthAsync()).ShouldContain("does not lead");
        using (var refused = await started.SendAsync(HttpMethod.Get, "/api/v1/clusters", "any"))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        }

        server.StartAgain().ShouldBeTrue();
        await UntilAsync(async () => await started.HealthAsync() == "ok");
    }

    [Theory]
    [InlineData("not a database")]
    [InlineData("")]
    public async Task A_database_that_is_damaged_or_gone_is_refused_with_what_to_do_and_no_stack_trace(string content)
    {
        var (exitCode, error) = await ControlPlaneProcess.RefusedAsync(work =>
        {
            using (var database = new SqliteDatabase(Path.Combine(work, "control-plane.db"))) database.Write(_ => true);
            File.Delete(Path.Combine(work, "control-plane.db"));
            if (content.Length > 0) File.WriteAllText(Path.Combine(work, "control-plane.db"), string.Concat(Enumerable.Repeat(content, 500)));
        });
        exitCode.ShouldBe(1);
        error.ShouldContain("control-plane.db");
        error.ShouldContain("--accept-database-loss 0");
        error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_token_file_that_can_not_be_used_is_refused_before_anything_serves()
    {
        var (exitCode, error) = await ControlPlaneProcess.RefusedAsync(_ => { }, "--admin-token-file", "/no/such/file");
        exitCode.ShouldBe(2);
        error.ShouldContain("--admin-token-file /no/such/file can't be read");
        error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task A_loss_that_a_person_accepts_is_begun_anew_from()
    {
        await using var started = await ControlPlaneProcess.StartAsync(
            work =>
            {
                var path = Path.Combine(work, "control-plane.db");
                using (var database = new SqliteDatabase(path)) database.Write(_ => true);
                File.Delete(path);
            },
            "--accept-database-loss", "0");
        (await started.HealthAsync()).ShouldBe("ok");
    }

    private static async Task RefusesAsync(ControlPlaneHost host, int status, string reason)
    {
        var wanted = host.Engine.Wanted.Count;
        using var launch = await host.Client.PostAsync("/api/v1/clusters", Json("""{"package":"sample","name":"trial"}"""));
        await IsRefusalAsync(launch, status, reason);
        using var delete = await host.Client.DeleteAsync("/api/v1/clusters/before");
        await IsRefusalAsync(delete, status, reason);
        host.Engine.Wanted.Count.ShouldBe(wanted);
        host.Engine.Removed.ShouldBeEmpty();
        await UntilAsync(async () =>
        {
            using var health = await host.Stranger.GetAsync("/health");
            return health.StatusCode == HttpStatusCode.ServiceUnavailable && (await health.Content.ReadAsStringAsync()).Contains(reason, StringComparison.Ordinal);
        });
    }

    private static async Task WorksAgainAsync(ControlPlaneHost host)
    {
        await UntilAsync(async () =>
        {
            using var health = await host.Stranger.GetAsync("/health");
            return health.IsSuccessStatusCode;
        });
        await LaunchesAsync(host, "trial");
        host.Get<ClusterStore>().Find("before")!.DeleteRequestedAt.ShouldBeNull();
        host.Get<AuditLog>().FirstBroken().ShouldBeNull();
    }

    private static async Task LaunchesAsync(ControlPlaneHost host, string name)
    {
        using var launch = await host.Client.PostAsync("/api/v1/clusters", Json($$"""{"package":"sample","name":"{{name}}"}"""));
        launch.StatusCode.ShouldBe(HttpStatusCode.Created, await launch.Content.ReadAsStringAsync());
    }

    private static async Task IsRefusalAsync(HttpResponseMessage answer, int status, string reason)
    {
        var body = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, body);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        JsonNode.Parse(body)!["detail"]!.ToString().ShouldContain(reason);
    }

    private static StringContent Json(string json) => new(json, null, "application/json");

    private static void Fill(string folder)
    {
        var buffer = new byte[4096];
        using var file = new FileStream(Path.Combine(folder, "filling"), new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, BufferSize = 0 });
        try
        {
            while (true) file.Write(buffer);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds()) await Task.Delay(20, patience.Token);
    }
}

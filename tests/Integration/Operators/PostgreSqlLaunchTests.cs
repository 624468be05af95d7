using System.Diagnostics;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class PostgreSqlLaunchTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Launches_a_PostgreSQL_that_answers_who_knows_its_password_and_nobody_else()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/psql"), "psql is not installed here: Debian's postgresql brings it");
        await using var launched = await DeclaredLaunch.StartAsync("postgresql", output);
        var (_, connection) = await launched.ReadyAsync("""{"database":"numbers"}""");

        (await AskAsync(connection.Environment, "CREATE TABLE one AS SELECT 1 AS a; SELECT current_database(), a FROM one")).ShouldEndWith("numbers|1\n");
        (await AskAsync(new Dictionary<string, string>(connection.Environment) { ["PGPASSWORD"] = "wrong" }, "SELECT 1")).ShouldContain("password authentication failed");
        launched.ArgumentsOfTasks().ShouldContain("postgres");
        launched.ArgumentsOfTasks().ShouldNotContain(connection.Environment["PGPASSWORD"]);

        (await launched.UntilActivityAsync(seen => seen is { State: ActivityState.Idle, Of: not "its launch" })).Of.ShouldBe("sessions");
        await launched.GoneAsync();
    }

    [Fact]
    public async Task Its_data_stays_when_it_is_killed_parked_or_given_another_password()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/psql"), "psql is not installed here: Debian's postgresql brings it");
        await using var launched = await DeclaredLaunch.StartAsync("postgresql", output, agents: 2);
        var (seen, connection) = await launched.ReadyAsync();
        seen.Volumes.ShouldHaveSingleItem().Name.ShouldBe("data");
        await AskAsync(connection.Environment, "CREATE TABLE one AS SELECT 42 AS a");

        using (var server = System.Diagnostics.Process.GetProcessById(launched.ProcessOf("server", arguments => arguments.Contains("data/server", StringComparison.Ordinal))))
            server.Kill();
        await launched.UntilAsync(ClusterState.Degraded, Patience);
        await launched.UntilAsync(ClusterState.Ready, Patience);
        (await AskAsync(launched.Connection.Environment, "SELECT a FROM one")).ShouldBe("42\n");

        (await AskAsync((await launched.ParkedAndResumedAsync()).Environment, "SELECT a FROM one")).ShouldBe("42\n");

        var rotated = (await launched.RotatedAsync()).Environment;
        (await AskAsync(rotated, "SELECT a FROM one")).ShouldBe("42\n");
        (await AskAsync(new Dictionary<string, string>(rotated) { ["PGPASSWORD"] = connection.Environment["PGPASSWORD"] }, "SELECT 1")).ShouldContain("password authentication failed");
        await launched.GoneAsync();
    }

    [Fact]
    public async Task Its_backup_restores_what_was_lost_and_a_backup_that_fails_says_why()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/pg_restore"), "pg_restore is not installed here: Debian's postgresql brings it");
        await using var launched = await DeclaredLaunch.StartAsync("postgresql", output);
        var (_, connection) = await launched.ReadyAsync();
        await AskAsync(connection.Environment, "CREATE TABLE one AS SELECT 42 AS a");

        (await launched.AskedAsync("backup", "_backups/postgresql/trial-1")).State.ShouldBe(StepState.Complete);
        File.Exists(Path.Combine(launched.LakePath, "_backups/postgresql/trial-1/dump")).ShouldBeTrue();
        await AskAsync(connection.Environment, "UPDATE one SET a = 7");
        (await launched.AskedAsync("restore", "_backups/postgresql/trial-1")).State.ShouldBe(StepState.Complete);
        (await AskAsync(connection.Environment, "SELECT a FROM one")).ShouldBe("42\n");

        var failed = await launched.AskedAsync("restore", "_backups/postgresql/none");
        failed.State.ShouldBe(StepState.Failed);
        failed.Said.ShouldNotBeNull().ShouldContain("could not open input file");
        (await AskAsync(connection.Environment, "SELECT a FROM one")).ShouldBe("42\n");
        launched.ArgumentsOfTasks().ShouldNotContain(connection.Environment["PGPASSWORD"]);
        await launched.GoneAsync();
    }

    private static async Task<string> AskAsync(IReadOnlyDictionary<string, string> environment, string sql)
    {
        var start = new ProcessStartInfo("/usr/bin/psql") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "-X", "-t", "-A", "-w", "-c", sql })
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(limit.Token);
        return await errors + said;
    }
}

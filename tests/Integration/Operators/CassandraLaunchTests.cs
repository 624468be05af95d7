using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class CassandraLaunchTests(ITestOutputHelper output)
{
    [Fact]
    public async Task One_node_keeps_rows_for_who_knows_its_password_and_leaves_nothing()
    {
        await using var launched = await DeclaredLaunch.StartAsync("cassandra", output);
        await launched.ReadyAsync("""{"heap":512,"disk":1024}""");
        // Which of its own work at the start was seen last is chance: its superuser is made and looked for.
        await launched.UntilActivityAsync(seen => seen.State == ActivityState.Idle);
        await launched.UntilChartedAsync();

        (await SayAsync(launched, "CREATE KEYSPACE birds WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}", "CREATE TABLE birds.seen (name text PRIMARY KEY)",
            "INSERT INTO birds.seen (name) VALUES ('gull')", "SELECT name FROM birds.seen")).ShouldBe("gull");
        (await SayAsync(launched, ["SELECT name FROM birds.seen"], password: "guessed")).ShouldContain("incorrect");
        (await SayAsync(launched, ["SELECT name FROM birds.seen"], user: "cassandra", password: "cassandra")).ShouldMatch("incorrect|Unable to perform authentication");
        launched.ArgumentsOfTasks().ShouldContain("CassandraDaemon");
        launched.ArgumentsOfTasks().ShouldNotContain(launched.Connection.Keys.Variables["CASSANDRA_PASSWORD"]);

        (await CountAsync(launched, "birds.seen")).ShouldBe(1);
        (await launched.UntilTableAsync("keyspaces", rows => rows.Count > 0)).Single().ToJsonString().ShouldBe("""{"keyspace":"birds","copies":"1","tables":1,"bytes":0}""");
        using (var shell = Cqlsh(launched, "node-0"))
        {
            // One that has not signed in yet stands there without a name.
            var connected = (await launched.UntilTableAsync("clients", rows => rows.Any(row => row["user"]!.ToString().Length > 0))).First(row => row["user"]!.ToString().Length > 0);
            (connected["user"]!.ToString(), connected["encrypted"]!.ToString()).ShouldBe(("admin", "no"));
            connected["driver"]!.ToString().ShouldContain("Python");
            shell.StandardInput.Close();
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        const string Saved = "_backups/cassandra/trial-1";
        (await launched.AskedAsync("backup", Saved)).State.ShouldBe(StepState.Complete);
        await SayAsync(launched, "TRUNCATE birds.seen", "INSERT INTO birds.seen (name) VALUES ('tern')");
        (await launched.AskedAsync("restore", Saved)).State.ShouldBe(StepState.Complete);
        (await SayAsync(launched, "SELECT name FROM birds.seen")).ShouldBe("gull");
        await IsRefusedAsync(launched, Saved, Directory.EnumerateFiles(Path.Combine(launched.LakePath, Saved), "*-Data.db", SearchOption.AllDirectories).Single());

        await launched.ParkedAndResumedAsync();
        (await SayAsync(launched, "SELECT name FROM birds.seen")).ShouldBe("gull");
        var before = launched.Connection.Keys.Variables["CASSANDRA_PASSWORD"];
        await launched.RotatedAsync();
        (await SayAsync(launched, "SELECT name FROM birds.seen")).ShouldBe("gull");
        (await SayAsync(launched, ["SELECT name FROM birds.seen"], password: before)).ShouldContain("incorrect");
        await launched.GoneAsync();
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task Clients_speak_to_it_encrypted()
    {
        await using var launched = await DeclaredLaunch.StartAsync("cassandra", output);
        await launched.ReadyAsync("""{"heap":512,"disk":1024,"tls":true}""");
        (await SayAsync(launched, "SELECT cluster_name FROM system.local")).ShouldBe("trial");
        await launched.GoneAsync();
    }

    /// <summary>While somebody writes all the time, with the consent of most copies.</summary>
    [Fact]
    [Trait("Length", "Minutes")]
    public async Task Is_upgraded_node_by_node_grows_and_shrinks_and_loses_nothing()
    {
        await using var launched = await DeclaredLaunch.StartAsync("cassandra", output, agents: 4);
        await launched.ReadyAsync("""{"version":"5.0.8","nodes":3,"heap":512,"disk":1024}""");
        await SayAsync(launched, "CREATE KEYSPACE trial WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}", "CREATE TABLE trial.rows (id int PRIMARY KEY)");
        await using var traffic = new CassandraTraffic(launched.Exported("CASSANDRA_CONTACT_POINTS"), launched.Exported("CASSANDRA_PASSWORD"));

        (await launched.UpdatedAsync("""{"version":"5.0.9"}""")).ShouldBe(["node-0", "node-1", "node-2"], ignoreOrder: true);
        (await SayAsync(launched, "SELECT release_version FROM system.local")).ShouldBe("5.0.9");
        await launched.UpdatedAsync("""{"nodes":4}""");
        await launched.UntilFactsAsync(facts => facts.Count(fact => fact is { Name: "normal", Value: "1" }) == 4);
        (await launched.UpdatedAsync("""{"nodes":3}""")).ShouldBe(["node-3"]);
        // Those that stay are not taken for alone while they still talk about who went.
        (await launched.RestartedAsync()).Count.ShouldBe(3);
        launched.Update("""{"nodes":2}""");
        var refused = await launched.UntilAsync(seen => seen.State == ClusterState.Failed, TimeSpan.FromMinutes(2));
        refused.Reason.ShouldNotBeNull().ShouldContain("keyspace trial has 3 copies of each row, and 2 nodes would stay");
        await launched.UpdatedAsync("""{"nodes":3}""");

        var (count, gap) = await traffic.CheckAsync();
        output.WriteLine($"{count} rows, none lost; at most {gap:0.0} s without one");
        await launched.GoneAsync();
    }

    /// <summary>While somebody writes all the time, one in each rack.</summary>
    [Fact]
    [Trait("Length", "Minutes")]
    public async Task A_node_that_lost_its_data_is_replaced_and_all_of_it_can_be_brought_into_another_cluster()
    {
        await using var launched = await DeclaredLaunch.StartAsync("cassandra", output, agents: 3, zone: "rack-#");
        await launched.ReadyAsync("""{"nodes":3,"heap":512,"disk":1024}""");
        await SayAsync(launched, "CREATE KEYSPACE trial WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}", "CREATE TABLE trial.rows (id int PRIMARY KEY)");
        (await SayAsync(launched, "SELECT rack FROM system.local")).ShouldStartWith("rack-");
        await using var traffic = new CassandraTraffic(launched.Exported("CASSANDRA_CONTACT_POINTS"), launched.Exported("CASSANDRA_PASSWORD"));

        await launched.ReplacedAsync("node-1");
        await launched.UntilFactsAsync(facts => facts.Count(fact => fact is { Name: "normal", Value: "1" }) == 3 && facts.Count(fact => fact is { Name: "down", Value: "0" }) == 3);
        // The one whom the others asked when they joined.
        await launched.ReplacedAsync("node-0");
        (await CountAsync(launched, "system.peers_v2")).ShouldBe(2);
        var (count, gap) = await traffic.CheckAsync();
        output.WriteLine($"{count} rows, none lost; at most {gap:0.0} s without one");

        await launched.ParkedAndResumedAsync();
        await launched.RotatedAsync();
        const string Saved = "_backups/cassandra/trial-1";
        (await launched.AskedAsync("backup", Saved)).State.ShouldBe(StepState.Complete);
        var rows = await CountAsync(launched, "trial.rows");
        rows.ShouldBeGreaterThanOrEqualTo(count);
        var other = await launched.BesideAsync("cassandra", "other", """{"heap":512,"disk":1024}""");
        var restored = await other.AskedAsync("restore", Saved);
        restored.State.ShouldBe(StepState.Complete);
        (await CountAsync(other, "trial.rows")).ShouldBe(rows);
        // There is nobody to bring anything back.
        await other.ReplacedAsync("node-0");
        (await SayAsync(other, "SELECT id FROM trial.rows")).ShouldContain("keyspace trial does not exist");
        await launched.GoneAsync();
    }

    /// <summary>A backup of which a file is cut, and then has other bytes.</summary>
    private static async Task IsRefusedAsync(DeclaredLaunch launched, string backup, string file)
    {
        var name = Path.GetRelativePath(Path.Combine(launched.LakePath, backup), file);
        foreach (var (change, why) in new (long, string)[] { (-1, $"the backup is not whole: {name} has"), (+1, $"the backup is damaged: {name} is not what was saved") })
        {
            await using (var changed = File.OpenWrite(file))
                changed.SetLength(changed.Length + change);
            var refused = await launched.AskedAsync("restore", backup);
            refused.State.ShouldBe(StepState.Failed);
            refused.Said.ShouldNotBeNull().ShouldContain(why);
        }

        (await SayAsync(launched, "SELECT name FROM birds.seen")).ShouldBe("gull");
    }

    private static Process Cqlsh(DeclaredLaunch launched, string task, params string[] arguments) => Process.Start(new ProcessStartInfo("/bin/sh", ["cqlsh.sh", .. arguments])
    {
        WorkingDirectory = launched.SandboxOf(task), RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
    })!;

    private static async Task<int> CountAsync(DeclaredLaunch launched, string table) =>
        int.Parse(Regex.Match(await CqlshAsync(launched, "node-0", $"SELECT count(*) FROM {table}"), @"^ +(\d+) *$", RegexOptions.Multiline).Groups[1].Value, CultureInfo.InvariantCulture);

    /// <summary>What Cassandra's own shell answers in a node's sandbox, as people call it there.</summary>
    private static async Task<string> CqlshAsync(DeclaredLaunch launched, string task, string statement)
    {
        using var shell = Cqlsh(launched, task, "-e", statement);
        var wrong = shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        shell.ExitCode.ShouldBe(0, await wrong);
        return said;
    }

    private static Task<string> SayAsync(DeclaredLaunch launched, params string[] statements) => SayAsync(launched, statements, "admin", null);

    /// <summary>What the last of the statements answers, or why it is refused; said by what the package itself speaks to its nodes with.</summary>
    private static async Task<string> SayAsync(DeclaredLaunch launched, string[] statements, string user = "admin", string? password = null)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", Client, .. statements])
        {
            WorkingDirectory = CassandraTraffic.Folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["AT"] = launched.Exported("CASSANDRA_CONTACT_POINTS").Split(',')[0];
        start.Environment["AS"] = user;
        start.Environment["BY"] = password ?? launched.Exported("CASSANDRA_PASSWORD");
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        var authority = Path.Combine(Directory.CreateTempSubdirectory("dp-cassandra-").FullName, "authority.pem");
        if (launched.Exported("CASSANDRA_ENCRYPTED") == "true")
        {
            await File.WriteAllTextAsync(authority, launched.Connection.Keys.Files.Single(file => file.Path == launched.Connection.Keys.Paths["CASSANDRA_AUTHORITY"]).Content);
            start.Environment["AUTHORITY"] = authority;
        }

        using var python = Process.Start(start)!;
        var errors = python.StandardError.ReadToEndAsync();
        var said = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        Directory.Delete(Path.GetDirectoryName(authority)!, recursive: true);
        return (said + await errors).Trim();
    }

    private const string Client = """
        import os, sys, time, cql

        def say(session, statement):
            until = time.monotonic() + 30
            while True:
                try:
                    return session.say(statement)
                except cql.Refused as refused:
                    # Other nodes hear of a new table a moment later.
                    if "INCOMPATIBLE_SCHEMA" not in str(refused) or time.monotonic() > until:
                        raise
                    time.sleep(0.2)

        try:
            with cql.Session(*os.environ["AT"].rsplit(":", 1), authority=os.environ.get("AUTHORITY"), timeout=30).sign_in(os.environ["AS"], os.environ["BY"]) as session:
                for statement in sys.argv[1:]:
                    rows = say(session, statement)
            print("\n".join("|".join(cell.decode() for cell in row) for row in rows))
        except cql.Refused as refused:
            print(refused)
        """;
}

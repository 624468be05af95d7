using System.Diagnostics;
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
        (await launched.UntilActivityAsync(seen => seen.State == ActivityState.Idle)).Of.ShouldBe("its launch");

        (await SayAsync(launched, "CREATE KEYSPACE birds WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}", "CREATE TABLE birds.seen (name text PRIMARY KEY)",
            "INSERT INTO birds.seen (name) VALUES ('gull')", "SELECT name FROM birds.seen")).ShouldBe("gull");
        (await SayAsync(launched, ["SELECT name FROM birds.seen"], password: "guessed")).ShouldContain("incorrect");
        (await SayAsync(launched, ["SELECT name FROM birds.seen"], user: "cassandra", password: "cassandra")).ShouldMatch("incorrect|Unable to perform authentication");
        launched.ArgumentsOfTasks().ShouldContain("CassandraDaemon");
        launched.ArgumentsOfTasks().ShouldNotContain(launched.Connection.Keys.Variables["CASSANDRA_PASSWORD"]);

        await launched.ParkedAndResumedAsync();
        (await SayAsync(launched, "SELECT name FROM birds.seen")).ShouldBe("gull");
        var before = launched.Connection.Keys.Variables["CASSANDRA_PASSWORD"];
        await launched.RotatedAsync();
        (await SayAsync(launched, "SELECT name FROM birds.seen")).ShouldBe("gull");
        (await SayAsync(launched, ["SELECT name FROM birds.seen"], password: before)).ShouldContain("incorrect");
        await launched.GoneAsync();
    }

    [Fact]
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
        await using var traffic = new CassandraTraffic(Exported(launched, "CASSANDRA_CONTACT_POINTS"), Exported(launched, "CASSANDRA_PASSWORD"));

        (await launched.UpdatedAsync("""{"version":"5.0.9"}""")).ShouldBe(["node-0", "node-1", "node-2"], ignoreOrder: true);
        (await SayAsync(launched, "SELECT release_version FROM system.local")).ShouldBe("5.0.9");
        await launched.UpdatedAsync("""{"nodes":4}""");
        await launched.UntilFactsAsync(facts => facts.Count(fact => fact is { Name: "normal", Value: "1" }) == 4);
        (await launched.UpdatedAsync("""{"nodes":3}""")).ShouldBe(["node-3"]);
        launched.Update("""{"nodes":2}""");
        var refused = await launched.UntilAsync(seen => seen.State == ClusterState.Failed, TimeSpan.FromMinutes(2));
        refused.Reason.ShouldNotBeNull().ShouldContain("keyspace trial has 3 copies of each row, and 2 nodes would stay");
        await launched.UpdatedAsync("""{"nodes":3}""");

        var (count, gap) = await traffic.CheckAsync();
        output.WriteLine($"{count} rows, none lost; at most {gap:0.0} s without one");
        await launched.GoneAsync();
    }

    private static Task<string> SayAsync(DeclaredLaunch launched, params string[] statements) => SayAsync(launched, statements, "admin", null);

    /// <summary>What the last of the statements answers, or why it is refused; said by what the package itself speaks to its nodes with.</summary>
    private static async Task<string> SayAsync(DeclaredLaunch launched, string[] statements, string user = "admin", string? password = null)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", Client, .. statements])
        {
            WorkingDirectory = CassandraTraffic.Folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["AT"] = Exported(launched, "CASSANDRA_CONTACT_POINTS").Split(',')[0];
        start.Environment["AS"] = user;
        start.Environment["BY"] = password ?? Exported(launched, "CASSANDRA_PASSWORD");
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        var authority = Path.Combine(Directory.CreateTempSubdirectory("dp-cassandra-").FullName, "authority.pem");
        if (Exported(launched, "CASSANDRA_ENCRYPTED") == "true")
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

    private static string Exported(DeclaredLaunch launched, string variable) =>
        launched.Connection.Environment.TryGetValue(variable, out var value) ? value : launched.Connection.Keys.Variables[variable];
}

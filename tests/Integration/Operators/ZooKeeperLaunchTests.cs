using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Integration.Tests.Platform;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class ZooKeeperLaunchTests(ITestOutputHelper output)
{
    private const int CreateType = 1;
    private const int GetDataType = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1, "leader")]
    [InlineData(3, "follower follower leader")]
    public async Task Launches_an_ensemble_that_agrees_on_a_leader_and_leaves_nothing(int servers, string modes)
    {
        await using var launched = await DeclaredLaunch.StartAsync("zookeeper", output, agents: servers);
        var (_, connection) = await launched.ReadyAsync($$"""{"servers":{{servers}},"memory":128}""");
        var addresses = connection.Environment["ZOOKEEPER_CONNECT"].Split(',');

        addresses.Length.ShouldBe(servers);
        (await ModesAsync(addresses, modes)).ShouldBe(modes);
        (await AskAsync(addresses[0], "ruok")).ShouldBe("imok");
        await launched.UntilChartedAsync();
        // Servers that join have a session for it; who only asks how it is has none.
        (await launched.UntilActivityAsync(seen => seen.State == ActivityState.Idle)).Of.ShouldBeOneOf(servers == 1 ? ["its launch"] : ["its launch", "sessions made"]);

        await launched.GoneAsync();
    }

    [Fact]
    public async Task Is_busy_while_a_client_has_a_session_and_idle_afterwards()
    {
        await using var launched = await DeclaredLaunch.StartAsync("zookeeper", output);
        await launched.ReadyAsync("""{"servers":1,"memory":128}""");
        var address = launched.Exported("ZOOKEEPER_CONNECT").Split(':');
        // Its port is open a little before it gives sessions.
        await launched.UntilActivityAsync(seen => seen is { State: ActivityState.Idle, Of: "its launch" });

        using (var client = new TcpClient())
        {
            await client.ConnectAsync(address[0], int.Parse(address[1], System.Globalization.CultureInfo.InvariantCulture));
            await client.GetStream().WriteAsync(SessionRequest());
            (await client.GetStream().ReadAsync(new byte[100])).ShouldBeGreaterThan(0, "the server takes it for a session");
            (await launched.UntilActivityAsync(seen => seen.State == ActivityState.Busy)).Of.ShouldBe("1 session");
        }

        (await launched.UntilActivityAsync(seen => seen.State == ActivityState.Idle)).Of.ShouldBeOneOf("sessions", "sessions made");
        await launched.GoneAsync();
    }

    /// <summary>How a client begins: its length, the protocol's version, the last change that it has seen, how long it may stay silent, no session yet, no password yet.</summary>
    private static byte[] SessionRequest()
    {
        var request = new byte[4 + 44];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(request, 44);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(16), 40_000);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(28), 16);
        return request;
    }

    [Fact]
    public async Task An_ensemble_whose_server_dies_has_three_again()
    {
        await using var launched = await DeclaredLaunch.StartAsync("zookeeper", output, agents: 3);
        await launched.ReadyAsync("""{"memory":128}""");
        await ModesAsync(launched.Exported("ZOOKEEPER_CONNECT").Split(','), "follower follower leader");

        using (var server = Process.GetProcessById(launched.ProcessOf("server-1", arguments => arguments.StartsWith("/usr/bin/java ", StringComparison.Ordinal))))
            server.Kill();
        await launched.UntilAsync(ClusterState.Degraded, Patience);
        await launched.UntilAsync(ClusterState.Ready, Patience);
        (await ModesAsync(launched.Exported("ZOOKEEPER_CONNECT").Split(','), "follower follower leader")).ShouldBe("follower follower leader");

        await launched.GoneAsync();
    }

    [Fact]
    public async Task An_ensemble_is_restarted_one_by_one_when_all_are_in_it_and_the_leader_last()
    {
        await using var launched = await DeclaredLaunch.StartAsync("zookeeper", output, agents: 3);
        await launched.ReadyAsync("""{"memory":128}""");
        await ModesAsync(launched.Exported("ZOOKEEPER_CONNECT").Split(','), "follower follower leader");
        var leader = (await launched.UntilFactsAsync(facts => facts.Count(fact => fact is { Name: "role", Value: "leader" }) == 1 && facts.Count(fact => fact is { Name: "role", Value: "follower" }) == 2))
            .Single(fact => fact is { Name: "role", Value: "leader" }).Pod;
        var restarted = await launched.RestartedAsync();
        restarted.Count.ShouldBe(3);
        restarted[^1].ShouldBe(leader);
        (await ModesAsync(launched.Exported("ZOOKEEPER_CONNECT").Split(','), "follower follower leader")).ShouldBe("follower follower leader");
        await launched.GoneAsync();
    }

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task An_ensemble_that_was_parked_goes_on_where_it_was()
    {
        await using var launched = await DeclaredLaunch.StartAsync("zookeeper", output, agents: 3);
        await launched.ReadyAsync("""{"memory":128}""");
        await ModesAsync(launched.Exported("ZOOKEEPER_CONNECT").Split(','), "follower follower leader");
        (await TellAsync(launched.Exported("ZOOKEEPER_CONNECT").Split(',')[0], CreateType, Create("/greeting", "hello"))).ShouldContain("/greeting");
        await launched.ParkedAndResumedAsync();
        (await ModesAsync(launched.Exported("ZOOKEEPER_CONNECT").Split(','), "follower follower leader")).ShouldBe("follower follower leader");
        (await TellAsync(launched.Exported("ZOOKEEPER_CONNECT").Split(',')[2], GetDataType, Get("/greeting"))).ShouldContain("hello");
        await launched.GoneAsync();
    }

    /// <summary>While somebody writes all the time, and who leads is taken out as well.</summary>
    [Fact]
    [Trait("Length", "Minutes")]
    public async Task Three_servers_become_five_and_three_again_and_lose_nothing()
    {
        await using var launched = await DeclaredLaunch.StartAsync("zookeeper", output, agents: 5);
        await launched.ReadyAsync("""{"memory":128}""");
        await using var traffic = new ZooKeeperTraffic(Servers(launched));

        (await launched.UpdatedAsync("""{"servers":5}""")).ShouldBeEmpty("those that serve are not disturbed");
        (await ModesAsync(Servers(launched).Split(','), "follower follower follower follower leader")).ShouldBe("follower follower follower follower leader");
        // The last leads of those that know as much.
        (await launched.RestartedAsync()).Count.ShouldBe(5);
        (await launched.UpdatedAsync("""{"servers":3}""")).ShouldBe(["server-4", "server-3"]);
        (await ModesAsync(Servers(launched).Split(','), "follower follower leader")).ShouldBe("follower follower leader");
        await launched.ReplacedAsync("server-0");
        await launched.UntilFactsAsync(facts => facts.Count(fact => fact is { Name: "in_ensemble", Value: "1" }) == 3);

        var (count, gap) = await traffic.CheckAsync(Servers(launched));
        output.WriteLine($"{count} nodes, none lost; at most {gap:0.0} s without one");
        await launched.ParkedAndResumedAsync();
        (await TellAsync(Servers(launched).Split(',')[2], GetDataType, Get("/trial/0"))).ShouldContain("/trial/0");
        await launched.GoneAsync();
    }

    /// <summary>While somebody writes all the time.</summary>
    [Fact]
    [Trait("Length", "Minutes")]
    public async Task One_server_becomes_three_and_one_again_and_loses_nothing()
    {
        await using var launched = await DeclaredLaunch.StartAsync("zookeeper", output, agents: 3);
        await launched.ReadyAsync("""{"servers":1,"memory":128}""");
        await using var traffic = new ZooKeeperTraffic(Servers(launched));
        (await launched.UpdatedAsync("""{"servers":3}""")).ShouldBeEmpty("the one that serves is not disturbed");
        (await ModesAsync(Servers(launched).Split(','), "follower follower leader")).ShouldBe("follower follower leader");
        await launched.RotatedAsync();
        (await launched.UpdatedAsync("""{"servers":1}""")).ShouldBe(["server-2", "server-1"]);
        (await ModesAsync(Servers(launched).Split(','), "leader")).ShouldBe("leader");
        var (count, gap) = await traffic.CheckAsync(Servers(launched));
        output.WriteLine($"{count} nodes, none lost; at most {gap:0.0} s without one");
        launched.ArgumentsOfTasks().ShouldNotContain("super:");
        await launched.GoneAsync();
    }

    /// <summary>The plan asks for it only when all say that they are there; in the moment after that one may hang.</summary>
    [Fact]
    [Trait("Length", "Minutes")]
    public async Task None_leaves_while_too_few_of_those_that_stay_are_there()
    {
        await using var launched = await DeclaredLaunch.StartAsync("zookeeper", output, agents: 3);
        await launched.ReadyAsync("""{"memory":128}""");
        await ModesAsync(Servers(launched).Split(','), "follower follower leader");
        var (keeper, server) = (launched.ProcessOf("server-1", arguments => arguments.StartsWith("/usr/bin/python3 ", StringComparison.Ordinal)), launched.ProcessOf("server-1", arguments => arguments.StartsWith("/usr/bin/java ", StringComparison.Ordinal)));
        var known = (await File.ReadAllTextAsync($"/proc/{keeper}/environ", TestContext.Current.CancellationToken)).Split('\0').Select(variable => variable.Split('=', 2)).Where(variable => variable[0] is "MEETING" or "SUPER_PASSWORD").Select(variable => KeyValuePair.Create(variable[0], variable[1]));

        Signal(server, "STOP");
        try
        {
            var leaving = await EndedProgram.RunAsync("/usr/bin/python3", ["-S", "leave.py", "3", Servers(launched).Replace(',', ' ')], ShippedPackage.Folder("zookeeper"), known);
            leaving.Error.ShouldContain("server 3 stays in the ensemble: of the 2 servers that would stay 1 are in the ensemble, and more than half of them must be");
            leaving.ExitCode.ShouldBe(1);
        }
        finally
        {
            Signal(server, "CONT");
        }

        (await ModesAsync(Servers(launched).Split(','), "follower follower leader")).ShouldBe("follower follower leader");
        await launched.GoneAsync();
    }

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
        kill.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Its_tree_is_saved_and_brought_back_into_this_or_another_ensemble()
    {
        await using var launched = await DeclaredLaunch.StartAsync("zookeeper", output);
        await launched.ReadyAsync("""{"servers":1,"memory":128}""");
        var (row, address) = ((await launched.UntilTableAsync("servers", rows => rows.Count == 1))[0], Servers(launched));
        (row["server"]!.ToString(), row["address"]!.ToString(), row["role"]!.ToString(), row["behind"]!.ToString(), row["nodes"]!.ToString()).ShouldBe(("server-0", address, "leader", "0", "5"));

        (await ZooKeeperTraffic.SayAsync(Makes, address)).ShouldBeEmpty();
        const string Saved = "_backups/zookeeper/trial-1", Whole = "/birds none, /birds/gull grey to anyone, /birds/owl brown to keeper";
        (await ZooKeeperTraffic.SayAsync(Shows, address)).ShouldBe(Whole);
        (await launched.AskedAsync("backup", Saved)).State.ShouldBe(StepState.Complete);
        (await ZooKeeperTraffic.SayAsync(Changes, address)).ShouldBeEmpty();
        (await ZooKeeperTraffic.SayAsync(Shows, address)).ShouldBe("/birds none, /birds/gull white to anyone, /birds/tern new to anyone");
        (await launched.AskedAsync("restore", Saved)).State.ShouldBe(StepState.Complete);
        (await ZooKeeperTraffic.SayAsync(Shows, address)).ShouldBe(Whole);

        var other = await launched.BesideAsync("zookeeper", "other", """{"servers":1,"memory":128}""");
        (await other.AskedAsync("restore", Saved)).State.ShouldBe(StepState.Complete);
        (await ZooKeeperTraffic.SayAsync(Shows, Servers(other))).ShouldBe(Whole);
        (await ZooKeeperTraffic.SayAsync(Changes, address)).ShouldBeEmpty();
        var tree = Path.Combine(launched.LakePath, Saved, "tree.jsonl");
        foreach (var (change, why) in new (long, string)[] { (-1, "the backup is not whole: tree.jsonl has"), (+1, "the backup is damaged: tree.jsonl is not what was saved") })
        {
            await using (var changed = File.OpenWrite(tree))
                changed.SetLength(changed.Length + change);
            await IsRefusedAsync(why);
        }

        await File.WriteAllTextAsync(Path.Combine(launched.LakePath, Saved, "manifest.json"), """{"format":1,"version":"5.0.9","keyspaces":[],"files":{}}""", TestContext.Current.CancellationToken);
        await IsRefusedAsync("is not what a backup of ZooKeeper writes");
        (await ZooKeeperTraffic.SayAsync(Shows, address)).ShouldContain("/birds/gull white");
        await launched.GoneAsync();

        async Task IsRefusedAsync(string why)
        {
            var refused = await launched.AskedAsync("restore", Saved);
            (refused.State, refused.Said.ShouldNotBeNull()).ShouldSatisfyAllConditions(each => each.State.ShouldBe(StepState.Failed), each => each.Item2.ShouldContain(why));
        }
    }

    private const string Makes = Common + """
        create("/birds", None, everybody)
        create("/birds/gull", b"grey", everybody)
        create("/birds/owl", b"brown", [(31, "digest", "keeper:" + base64.b64encode(hashlib.sha1(b"keeper:secret").digest()).decode())])
        """;

    private const string Changes = Common + """
        session.ask(zookeeper.DELETE, zookeeper.text("/birds/owl") + zookeeper.number(-1), "/birds/owl")
        session.ask(zookeeper.SET_DATA, zookeeper.text("/birds/gull") + zookeeper.data(b"white") + zookeeper.number(-1), "/birds/gull")
        create("/birds/tern", b"new", everybody)
        """;

    private const string Shows = Common + """
        session.ask(zookeeper.AUTH, zookeeper.number(0) + zookeeper.text("digest") + zookeeper.data(b"keeper:secret"), "keeper", zookeeper.AUTH_NUMBER)
        print("/birds", (session.get("/birds")[0] or b"none").decode(), end="")
        for bird in sorted(session.children("/birds")):
            print(f", /birds/{bird}", session.get(f"/birds/{bird}")[0].decode(), "to", session.acl(f"/birds/{bird}")[0][2].split(":")[0], end="")
        """;

    private const string Common = """
        import base64, hashlib, os, zookeeper
        everybody = [(31, "world", "anyone")]
        session = zookeeper.Session(os.environ["SERVERS"])

        def create(path, value, rights):
            session.ask(zookeeper.CREATE, zookeeper.text(path) + zookeeper.data(value) + zookeeper.acl(rights) + zookeeper.number(0), path)


        """;

    [Fact]
    [Trait("Length", "Minutes")]
    public async Task An_ensemble_comes_back_elsewhere_and_knows_its_own_from_another()
    {
        await using var launched = await DeclaredLaunch.StartAsync("zookeeper", output, agents: 3);
        await launched.ReadyAsync("""{"memory":128}""");
        var (before, other) = (Servers(launched), "");
        await TellAsync(before.Split(',')[0], CreateType, Create("/greeting", "hello"));
        await launched.ParkedAndResumedAsync(async () =>
        {
            other = Servers(await launched.BesideAsync("zookeeper", "other", """{"memory":128}"""));
            await TellAsync(other.Split(',')[0], CreateType, Create("/greeting", "good day"));
        });
        Servers(launched).ShouldNotBe(before);
        foreach (var server in Servers(launched).Split(','))
            (await TellAsync(server, GetDataType, Get("/greeting"))).ShouldContain("hello");
        foreach (var server in other.Split(','))
            (await TellAsync(server, GetDataType, Get("/greeting"))).ShouldContain("good day");
        await launched.GoneAsync();
    }

    private static string Servers(DeclaredLaunch launched) => launched.Exported("ZOOKEEPER_CONNECT");

    /// <summary>One request in a session of its own, in the form of the engine's protocol: its number, its type, then what belongs to the type.</summary>
    private static async Task<string> TellAsync(string address, int type, byte[] request)
    {
        using var client = new TcpClient();
        using var limit = new CancellationTokenSource(Patience);
        await client.ConnectAsync(address.Split(':')[0], int.Parse(address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture), limit.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(SessionRequest(), limit.Token);
        await AnswerAsync();
        await stream.WriteAsync((byte[])[.. Number(8 + request.Length), .. Number(1), .. Number(type), .. request], limit.Token);
        return await AnswerAsync();

        async Task<string> AnswerAsync()
        {
            var length = new byte[4];
            await stream.ReadExactlyAsync(length, limit.Token);
            var answer = new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(length)];
            await stream.ReadExactlyAsync(answer, limit.Token);
            return Encoding.ASCII.GetString(answer);
        }
    }

    private static byte[] Create(string path, string data) => [.. Text(path), .. Text(data), .. Number(1), .. Number(31), .. Text("world"), .. Text("anyone"), .. Number(0)];

    private static byte[] Get(string path) => [.. Text(path), 0];

    private static byte[] Text(string text) => [.. Number(text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Number(int number)
    {
        var bytes = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    /// <summary>What the servers are, in the order of the words.</summary>
    private static async Task<string> ModesAsync(string[] addresses, string wanted)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            var answers = await Task.WhenAll(addresses.Select(address => AskAsync(address, "srvr")));
            var modes = string.Join(' ', answers.Select(answer => answer.Split('\n').FirstOrDefault(line => line.StartsWith("Mode: ", StringComparison.Ordinal))?[6..] ?? "none").Order(StringComparer.Ordinal));
            if (modes == wanted || since.Elapsed > Patience)
                return modes;
            await Task.Delay(100);
        }
    }

    private static async Task<string> AskAsync(string address, string word)
    {
        try
        {
            using var client = new TcpClient();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await client.ConnectAsync(address.Split(':')[0], int.Parse(address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture), limit.Token);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(word), limit.Token);
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            return await reader.ReadToEndAsync(limit.Token);
        }
        catch (Exception silent) when (silent is SocketException or IOException or OperationCanceledException)
        {
            return silent.Message;
        }
    }
}

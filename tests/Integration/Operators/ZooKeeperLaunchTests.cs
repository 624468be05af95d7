using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class ZooKeeperLaunchTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1, "standalone")]
    [InlineData(3, "follower follower leader")]
    public async Task Launches_an_ensemble_that_agrees_on_a_leader_and_leaves_nothing(int servers, string modes)
    {
        await using var launched = await DeclaredLaunch.StartAsync("zookeeper", output, agents: servers);
        var (_, connection) = await launched.ReadyAsync($$"""{"servers":{{servers}},"memory":128}""");
        var addresses = connection.Environment["ZOOKEEPER_CONNECT"].Split(',');

        addresses.Length.ShouldBe(servers);
        (await ModesAsync(addresses, modes)).ShouldBe(modes);
        (await AskAsync(addresses[0], "ruok")).ShouldBe("imok");
        (await launched.UntilActivityAsync(seen => seen.State == ActivityState.Idle)).Of.ShouldBe("its launch", "who only asks how it is has no session");

        await launched.GoneAsync();
        Directory.Exists(Path.Combine(launched.LakePath, "_meetings")).ShouldBeTrue();
        Directory.GetFileSystemEntries(Path.Combine(launched.LakePath, "_meetings")).ShouldBeEmpty();
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

        using (var server = Process.GetProcessById(launched.ProcessOf("server-1", "QuorumPeerMain")))
            server.Kill();
        await launched.UntilAsync(ClusterState.Degraded, Patience);
        await launched.UntilAsync(ClusterState.Ready, Patience);
        (await ModesAsync(launched.Exported("ZOOKEEPER_CONNECT").Split(','), "follower follower leader")).ShouldBe("follower follower leader");

        await launched.GoneAsync();
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

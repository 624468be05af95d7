using System.Net.Sockets;
using System.Text;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Tests.Journal;
using DataPlatform.Integration.Tests.Engines;
using DataPlatform.Integration.Tests.Platform;
using Npgsql;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace DataPlatform.Integration.Tests.ControlPlane;

/// <summary>Two control planes on one PostgreSQL, while clusters run that both would have to look after.</summary>
public sealed class TakeoverTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan UntilTaken = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task When_one_is_killed_the_other_goes_on_with_what_runs_and_with_what_was_being_started()
    {
        Assert.SkipWhen(server.WhyNot is not null, server.WhyNot ?? "");
        await using var database = await server.CreateAsync();
        string[] shared = ["--database", $"postgres://dp@localhost/{new NpgsqlConnectionStringBuilder(database.ConnectionString).Database}?host={Uri.EscapeDataString(server.Folder)}"];
        await using var platform = await PlatformProcesses.StartAsync(agents: 2);
        using var first = await platform.StartControlPlaneAsync(more: shared);
        using var second = await platform.StartStandbyAsync(shared);
        await first.NeedAsync("redis");
        await first.LaunchAsync(platform, "redis", "one", []);
        await first.LaunchAsync(platform, "redis", "two", []);
        var before = await TasksAsync(platform);
        using var customer = new TcpClient();
        var redis = new Uri((await first.ClusterAsync("one")).Endpoints[0].Url);
        await customer.ConnectAsync(redis.Host, redis.Port, TestContext.Current.CancellationToken);

        await first.LaunchAsync(new LaunchRequest("redis", "begun", [], null));
        var watch = Stopwatch.StartNew();
        await platform.ControlPlane.CrashAsync();
        await Eventually.HoldsAsync(async () => await AnswersAsync(second), "the second control plane to lead");
        watch.Elapsed.ShouldBeLessThan(UntilTaken);

        (await second.ReadyAsync(platform, "begun")).Summary.State.ShouldBe(ClusterState.Ready);
        (await second.LaunchAsync(platform, "redis", "later", [])).Summary.State.ShouldBe(ClusterState.Ready);
        foreach (var name in (string[])["one", "two"])
            (await second.ClusterAsync(name)).Summary.State.ShouldBe(ClusterState.Ready);
        (await TasksAsync(platform)).Where(task => !task.Contains("begun", StringComparison.Ordinal) && !task.Contains("later", StringComparison.Ordinal)).ShouldBe(before);
        // It was never away: whoever was connected still is.
        await customer.GetStream().WriteAsync("PING\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var answer = new byte[64];
        Encoding.ASCII.GetString(answer, 0, await customer.GetStream().ReadAsync(answer, TestContext.Current.CancellationToken)).ShouldStartWith("-NOAUTH");

        foreach (var name in (string[])["one", "two", "begun", "later"])
            await second.DeleteAndWaitAsync(name);
        (await TasksAsync(platform)).ShouldBeEmpty();
    }

    private static async Task<bool> AnswersAsync(ControlPlaneClient client)
    {
        try
        {
            return (await client.ClustersAsync()).Count > 0;
        }
        catch (Exception refused) when (refused is UnreachableException or RefusedException)
        {
            return false;
        }
    }

    /// <summary>The ids of those that run, in order.</summary>
    private static async Task<IReadOnlyList<string>> TasksAsync(PlatformProcesses platform)
    {
        using var client = platform.Operator();
        return [.. (await client.GetTasksAsync(CancellationToken.None)).Tasks.Select(task => task.TaskId.Value).Order(StringComparer.Ordinal)];
    }
}

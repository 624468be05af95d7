using System.Net.Sockets;
using System.Text;
using DataPlatform.Core.Client.ControlPlane;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

public sealed class RedisLaunchTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Launches_a_Redis_that_answers_who_knows_its_password_and_nobody_else()
    {
        await using var launched = await DeclaredLaunch.StartAsync("redis", output);
        var redis = new Uri((await launched.ReadyAsync()).Connection.Environment["REDIS_URL"]);

        (await AskAsync(redis, "PING")).ShouldStartWith("-NOAUTH");
        (await AskAsync(redis, $"AUTH {redis.UserInfo.TrimStart(':')}", "SET greeting hello", "GET greeting", "CONFIG GET maxmemory", "PING"))
            .ShouldBe("+OK\r\n+OK\r\n$5\r\nhello\r\n*2\r\n$9\r\nmaxmemory\r\n$9\r\n134217728\r\n+PONG\r\n");
        launched.ArgumentsOfTasks().ShouldContain("redis-server");
        launched.ArgumentsOfTasks().ShouldNotContain(redis.UserInfo.TrimStart(':'));

        await launched.GoneAsync();
        await Should.ThrowAsync<SocketException>(() => AskAsync(redis, "PING"));
    }

    [Fact]
    public async Task Is_busy_while_a_client_that_has_said_something_is_there_and_idle_afterwards()
    {
        await using var launched = await DeclaredLaunch.StartAsync("redis", output);
        var redis = new Uri((await launched.ReadyAsync()).Connection.Environment["REDIS_URL"]);
        (await launched.UntilActivityAsync(seen => seen.State == ActivityState.Idle)).Of.ShouldBe("its launch", "neither the checks nor the looks of the agent are activity");

        ActivityView busy;
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(redis.Host, redis.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"AUTH {redis.UserInfo.TrimStart(':')}\r\nSET greeting hello\r\n"));
            busy = await launched.UntilActivityAsync(seen => seen.State == ActivityState.Busy);
        }

        busy.Of.ShouldBe("1 client");
        var idle = await launched.UntilActivityAsync(seen => seen.State == ActivityState.Idle);
        (await AskAsync(redis, $"AUTH {redis.UserInfo.TrimStart(':')}", "GET greeting")).ShouldEndWith("hello\r\n");
        var asked = await launched.UntilActivityAsync(seen => seen.LastAt > idle.LastAt);
        (asked.State, asked.Of).ShouldBe((ActivityState.Idle, "commands"), "the client has gone before anybody looked");
        await launched.GoneAsync();
    }

    [Fact]
    public async Task Its_values_stay_when_it_is_parked_or_given_another_password()
    {
        await using var launched = await DeclaredLaunch.StartAsync("redis", output);
        var redis = new Uri((await launched.ReadyAsync()).Connection.Environment["REDIS_URL"]);
        await AskAsync(redis, $"AUTH {redis.UserInfo.TrimStart(':')}", "SET greeting hello");

        redis = new Uri((await launched.ParkedAndResumedAsync()).Environment["REDIS_URL"]);
        (await AskAsync(redis, $"AUTH {redis.UserInfo.TrimStart(':')}", "GET greeting")).ShouldEndWith("hello\r\n");
        var rotated = new Uri((await launched.RotatedAsync()).Environment["REDIS_URL"]);
        rotated.UserInfo.ShouldNotBe(redis.UserInfo);
        (await AskAsync(rotated, $"AUTH {rotated.UserInfo.TrimStart(':')}", "GET greeting")).ShouldEndWith("hello\r\n");
        await launched.GoneAsync();
    }

    private static async Task<string> AskAsync(Uri redis, params string[] commands)
    {
        using var client = new TcpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await client.ConnectAsync(redis.Host, redis.Port, limit.Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(string.Concat(commands.Append("QUIT").Select(command => command + "\r\n"))), limit.Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        var answer = await reader.ReadToEndAsync(limit.Token);
        return answer.EndsWith("+OK\r\n", StringComparison.Ordinal) ? answer[..^5] : answer;
    }
}

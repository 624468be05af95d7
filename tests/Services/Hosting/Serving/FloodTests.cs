using System.Diagnostics;
using System.Net.Sockets;

namespace DataPlatform.Services.Tests.Hosting.Serving;

/// <summary>What callers without credentials can't do to a service.</summary>
public class FloodTests
{
    public static TheoryData<string> Programs => ["dp-master", "dp-agent", "dp-control-plane"];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Idle_connections_neither_end_a_service_nor_keep_out_who_may_call(string program)
    {
        await using var service = await BoundedProcess.StartAsync(program);
        var idle = new List<Socket>();
        try
        {
            for (var count = 0; count < 2000; count++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                idle.Add(socket);
                try
                {
                    await socket.ConnectAsync(service.Endpoint.Host, service.Endpoint.Port);
                }
                catch (SocketException closed) when (closed.SocketErrorCode == SocketError.ConnectionReset)
                {
                    // One too many, and closed before this had looked.
                }
            }

            // What still waits to be closed may be in the way for a moment, and is told by 503 or a closed connection.
            await AnswersAsync(service);
            service.HasExited.ShouldBeFalse(service.Log);
        }
        finally
        {
            idle.ForEach(each => each.Dispose());
        }
    }

    private static async Task AnswersAsync(BoundedProcess service)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                var status = await service.CallAsync();
                if (status == 200)
                    return;
                status.ShouldBe(503, service.Log);
            }
            catch (HttpRequestException) when (!service.HasExited)
            {
                // Closed without a word: try again, within the bound.
            }

            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30), service.Log);
            await Task.Delay(50);
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Secrets_can_not_be_guessed_at_speed(string program)
    {
        await using var service = await BoundedProcess.StartAsync(program);
        var wrong = program == "dp-control-plane" ? "Bearer guess" : "Basic " + Convert.ToBase64String("somebody:guess"u8);
        var answers = new List<int>();
        for (var guess = 0; guess < 100; guess++)
            answers.Add(await service.CallAsync(wrong));

        answers.ShouldAllBe(status => status == 401 || status == 429);
        answers.Count(status => status == 429).ShouldBeGreaterThan(50);
        service.Log.Split('\n').Length.ShouldBeLessThan(50);
        if (program != "dp-control-plane")
            (await service.CallAsync()).ShouldBe(200, service.Log);
    }
}

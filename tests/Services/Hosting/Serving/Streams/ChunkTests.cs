using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Serving.Streams;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Tests.Hosting.Serving.Streams;

/// <summary>How events lie on the wire: there are clients that take every chunk of HTTP for one event, as Mesos sends them.</summary>
public class ChunkTests
{
    [Fact]
    public async Task Each_event_is_one_chunk_however_large_and_however_many_wait()
    {
        var sent = Enumerable.Range(1, 200).Select(number => Message(number * 37)).Append(Message(300_000)).ToList();

        var chunks = await ChunksAsync(sent);

        chunks.Select(chunk => chunk.Length).ShouldBe(sent.Select(each => RecordIO.Encode(MessageCodec.Protobuf.Encode(each)).Length));
    }

    private static async Task<List<byte[]>> ChunksAsync(IEnumerable<SchedulerEvent> events)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var server = builder.Build();
        server.Run(async context =>
        {
            using var stream = new EventStream(MessageCodec.Protobuf);
            foreach (var each in events)
                stream.Send(each);
            stream.Complete();
            await stream.WriteToAsync(context.Response, context.RequestAborted);
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(server.Urls.First()).Port, TestContext.Current.CancellationToken);
        await using var connection = client.GetStream();
        await connection.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var answer = new MemoryStream();
        await connection.CopyToAsync(answer, TestContext.Current.CancellationToken);
        return Chunks(answer.ToArray());
    }

    private static List<byte[]> Chunks(byte[] answer)
    {
        var found = new List<byte[]>();
        var at = answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        while (true)
        {
            var line = answer.AsSpan(at).IndexOf("\r\n"u8);
            var length = int.Parse(Encoding.ASCII.GetString(answer, at, line), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0)
                return found;
            found.Add(answer[(at + line + 2)..(at + line + 2 + length)]);
            at += line + 2 + length + 2;
        }
    }

    private static SchedulerEvent Message(int bytes) => new()
    {
        Type = SchedulerEvent.Types.Type.Message,
        Message = new()
        {
            AgentId = new AgentID { Value = "a" },
            ExecutorId = new ExecutorID { Value = "e" },
            Data = UnsafeByteOperations.UnsafeWrap(new byte[bytes]),
        },
    };
}

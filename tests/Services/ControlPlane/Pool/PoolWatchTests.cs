using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Settings;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using CallType = DataPlatform.Core.Protocol.Mesos.OperatorCall.Types.Type;

namespace DataPlatform.Services.Tests.ControlPlane.Pool;

public sealed class PoolWatchTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder folder = new();
    private readonly FakeTimeProvider time = new();
    private readonly Master master = new();
    private readonly MasterReader reader;
    private readonly PoolWatch watch;

    public PoolWatchTests()
    {
        reader = new MasterReader(Settings(), credential: null, master);
        watch = new PoolWatch(reader, time, NullLogger<PoolWatch>.Instance);
    }

    [Fact]
    public async Task All_pages_share_one_look_and_no_look_takes_all_tasks()
    {
        var (first, second) = (new Page(), new Page());
        using var one = watch.Watch(first.See);
        await first.UntilAsync(seen => seen is PoolReading.Seen { Pool.Hosts: [{ RunningTasks: 1 }] }, time);
        using var other = watch.Watch(second.See);
        second.Latest.ShouldBe(first.Latest, "what is known is shown at once");

        var before = master.Calls(CallType.GetAgents);
        time.Advance(TimeSpan.FromSeconds(2));
        await Eventually(() => master.Calls(CallType.GetAgents) > before);
        master.Calls(CallType.GetAgents).ShouldBe(before + 1);
        master.Calls(CallType.Subscribe).ShouldBe(1);
        master.Calls(CallType.GetTasks).ShouldBe(0);
    }

    [Fact]
    public async Task News_of_a_task_are_in_the_next_look()
    {
        var page = new Page();
        using var watching = watch.Watch(page.See);
        await page.UntilAsync(seen => seen is PoolReading.Seen { Pool.Hosts: [{ RunningTasks: 1 }] }, time);

        await master.TellAsync(new OperatorEvent { Type = OperatorEvent.Types.Type.TaskAdded, TaskAdded = new() { Task = TaskCountsTests.Task("new", "host-1") } });

        await page.UntilAsync(seen => seen is PoolReading.Seen { Pool.Hosts: [{ RunningTasks: 2 }] }, time);
    }

    [Fact]
    public async Task Nobody_asks_while_no_page_is_open()
    {
        var page = new Page();
        var watching = watch.Watch(page.See);
        await page.UntilAsync(seen => seen is PoolReading.Seen { Pool.Hosts: [{ RunningTasks: 1 }] }, time);
        watching.Dispose();
        await Eventually(master.IsLeft);
        var before = master.Calls(CallType.GetAgents);

        time.Advance(TimeSpan.FromMinutes(1));

        master.Calls(CallType.GetAgents).ShouldBe(before);
    }

    [Fact]
    public async Task A_master_that_is_gone_is_told_and_the_next_one_found()
    {
        var page = new Page();
        master.IsGone = true;
        using var watching = watch.Watch(page.See);
        await page.UntilAsync(seen => seen is PoolReading.Unreachable, time);

        master.IsGone = false;

        await page.UntilAsync(seen => seen is PoolReading.Seen { Pool.Hosts: [{ RunningTasks: 1 }] }, time);
    }

    public void Dispose()
    {
        watch.Dispose();
        reader.Dispose();
        folder.Dispose();
    }

    private ControlPlaneSettings Settings() => new()
    {
        Ip = IPAddress.Loopback, Port = 0, Hostname = "127.0.0.1", WorkDir = folder.Path, Lake = folder.Path, Store = folder.Path, TaskUser = "nobody",
        DefaultLifetime = TimeSpan.FromHours(8), LoginLinkLifetime = TimeSpan.FromMinutes(15), KeepDeleted = TimeSpan.FromDays(7), Master = new Uri("http://master.invalid:5050"),
    };

    private static async Task Eventually(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
            await Task.Delay(5, limit.Token);
    }

    private sealed class Page
    {
        public PoolReading? Latest { get; private set; }

        public void See(PoolReading reading) => Latest = reading;

        /// <summary>Time goes on meanwhile.</summary>
        public async Task UntilAsync(Func<PoolReading?, bool> condition, FakeTimeProvider time)
        {
            using var limit = new CancellationTokenSource(Patience);
            while (!condition(Latest))
            {
                await Task.Delay(5, limit.Token);
                if (!condition(Latest))
                    time.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    /// <summary>One agent with one task, and a stream that stays open.</summary>
    private sealed class Master : HttpMessageHandler
    {
        private readonly ConcurrentQueue<CallType> calls = new();
        private Pipe events = new();

        public bool IsGone { get; set; }

        /// <summary>Who followed the events does so no more.</summary>
        public bool IsLeft() => events.Writer.FlushAsync().AsTask().Result.IsCompleted;

        public int Calls(CallType type) => calls.Count(call => call == type);

        public async Task TellAsync(OperatorEvent news) => await events.Writer.WriteAsync(RecordIO.Encode(MessageCodec.Protobuf.Encode(news)));

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var call = MessageCodec.Protobuf.Decode<OperatorCall>(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            if (IsGone)
                throw new HttpRequestException("no master listens");
            calls.Enqueue(call.Type);
            if (call.Type == CallType.Subscribe)
            {
                events = new Pipe();
                await TellAsync(TaskCountsTests.Subscribed(TaskCountsTests.Task("task", "host-1")));
                return new HttpResponseMessage { Content = new StreamContent(events.Reader.AsStream()) };
            }

            var answer = call.Type == CallType.GetAgents
                ? new OperatorResponse { Type = OperatorResponse.Types.Type.GetAgents, GetAgents = new() { Agents = { Agent() } } }
                : new OperatorResponse { Type = OperatorResponse.Types.Type.GetFrameworks, GetFrameworks = new() };
            return new HttpResponseMessage { Content = new ByteArrayContent(MessageCodec.Protobuf.Encode(answer)) };
        }

        private static OperatorResponse.Types.GetAgents.Types.Agent Agent() => new()
        {
            AgentInfo = new AgentInfo { Id = new AgentID { Value = "host-1" }, Hostname = "host-1", Port = 5051 }, Active = true, Version = "1",
        };
    }
}

using System.Net;
using System.Net.Http.Headers;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Tests.Fuzzing;
using DataPlatform.Services.Tests.Agent.Nested;
using DataPlatform.Services.Tests.Agent.Running;
using DataPlatform.Services.Tests.Master;
using Google.Protobuf;

namespace DataPlatform.Services.Tests.Fuzzing;

/// <summary>
/// Whatever is sent to them, services refuse or obey: no answer of 500, none that does not come, no end, no memory without bound. Who
/// behaves is served all along. The seed is fixed; DP_FUZZ_SEED sets another.
/// </summary>
public sealed class ServiceFuzzTests
{
    private const int CallsOfAType = 12;
    private const long MostMemoryKibibytes = 600 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("DP_FUZZ_SEED"), out var given) ? given : 20_261_124;

    private readonly RandomMessages messages = new(new Random(Seed));

    [Fact]
    public async Task A_master_outlives_every_call_of_every_interface_and_serves_its_other_frameworks()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        messages.KnownTexts.AddRange([framework.Id, agent.Id, "analytics", "task-1"]);
        messages.KnownResources.AddRange(agent.Info.Resources);
        using var http = new HttpClient { BaseAddress = master.Endpoint, Timeout = Patience };

        await SendEveryTypeAsync<SchedulerCall>(http, "/api/v1/scheduler", ("Mesos-Stream-Id", framework.Stream.StreamId!));
        await SendEveryTypeAsync<AgentCall>(http, "/api/v1/agent-link", ("Dataplatform-Stream-Id", "none"));
        // It holds its offers, as whoever does not decline; with its stream they are free.
        await framework.DisposeAsync();
        await using (var good = new FakeAgent(master.Endpoint, hostname: "good"))
        {
            await good.RegisterAsync();
            await using var other = await TestFramework.SubscribeAsync(master.Endpoint);
            (await other.WaitForOfferAsync()).Offer.ShouldNotBeNull();
        }

        // Last: an operator may take everything from everybody.
        await SendEveryTypeAsync<OperatorCall>(http, "/api/v1", null);

        master.HasExited.ShouldBeFalse();
        MemoryOf(master.ProcessId).ShouldBeLessThan(MostMemoryKibibytes);
        await using var last = await TestFramework.SubscribeAsync(master.Endpoint);
        last.Id.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task An_agent_outlives_every_call_of_its_operator_interface()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(AgentUnderTest.TaskOf("task-1", "exec sleep 300"));
        await master.WaitForAsync("task-1", TaskState.TaskRunning);
        messages.KnownTexts.AddRange([AgentUnderTest.FrameworkId, "task-1", AgentUnderTest.VirtualPath("task-1", "stdout"), NestedClient.IdWithin(master, "task-1", "").Parent.Value, "true"]);
        using var http = new HttpClient { BaseAddress = agent.Endpoint, Timeout = Patience };

        await SendEveryTypeAsync<AgentOperatorCall>(http, "/api/v1", null);

        MemoryOf(agent.ProcessId).ShouldBeLessThan(MostMemoryKibibytes);
        agent.Run(AgentUnderTest.TaskOf("task-2", "true"));
        await master.WaitForAsync("task-2", TaskState.TaskFinished);
    }

    [Fact]
    public async Task An_agent_outlives_every_input_of_a_container()
    {
        const int inputs = 60;
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(AgentUnderTest.TaskOf("task-1", "exec sleep 300"));
        await master.WaitForAsync("task-1", TaskState.TaskRunning);
        using var client = new NestedClient(agent);
        var id = NestedClient.IdWithin(master, "task-1", "n1");
        (await client.LaunchAsync(id, "exec cat", new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, TtyInfo = NestedClient.Terminal() })).Status.ShouldBe(200);
        messages.KnownTexts.AddRange(["n1", id.Parent.Value]);
        var named = new AgentOperatorCall
        {
            Type = AgentOperatorCall.Types.Type.AttachContainerInput,
            AttachContainerInput = new AgentOperatorCall.Types.AttachContainerInput { Type = AgentOperatorCall.Types.AttachContainerInput.Types.Type.ContainerId, ContainerId = id },
        };

        for (var count = 0; count < inputs; count++)
        {
            var codec = count % 2 == 0 ? MessageCodec.Json : MessageCodec.Protobuf;
            var records = Enumerable.Range(0, 4).Select(_ => codec.Encode(messages.Next<AgentOperatorCall>((int)AgentOperatorCall.Types.Type.AttachContainerInput)));
            var body = messages.Damaged([.. (count % 4 < 3 ? records.Prepend(codec.Encode(named)) : records).SelectMany(record => RecordIO.Encode(record))]);
            await SendAsync(client.Http, "/api/v1", body, "application/recordio", ("Message-Content-Type", codec.ContentType), $"seed {Seed}: input {count}");
        }

        MemoryOf(agent.ProcessId).ShouldBeLessThan(MostMemoryKibibytes);
        agent.Run(AgentUnderTest.TaskOf("task-2", "true"));
        await master.WaitForAsync("task-2", TaskState.TaskFinished);
    }

    [Fact]
    public async Task An_agent_outlives_every_event_of_a_master_and_runs_the_next_task()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        messages.KnownTexts.AddRange([AgentUnderTest.FrameworkId, "master-S0", "task-1", "true"]);
        messages.KnownResources.AddRange([AgentUnderTest.Scalar("cpus", 0.1), AgentUnderTest.Scalar("mem", 32)]);

        // An agent that is refused or told to go does so; every other event leaves it where it is.
        foreach (var type in Enum.GetValues<AgentEvent.Types.Type>().Where(type => type is not (AgentEvent.Types.Type.Unknown
            or AgentEvent.Types.Type.Registered or AgentEvent.Types.Type.Refused or AgentEvent.Types.Type.Shutdown)))
        {
            for (var count = 0; count < CallsOfAType; count++)
            {
                var (message, registrations) = (messages.Next<AgentEvent>((int)type), master.Registrations.Count);
                master.Say(message);
                // What can't be read ends the link, and the agent asks for another.
                if (!message.IsInitialized())
                    await master.WaitForRegistrationAsync(registrations + 1);
            }
        }

        // Of a framework that is not known yet: the other may have been shut down.
        var framework = AgentUnderTest.Framework();
        framework.Id.Value = "master-0001";
        agent.Run(AgentUnderTest.TaskOf("task-2", "true"), framework);
        await master.WaitForAsync("task-2", TaskState.TaskFinished);
        MemoryOf(agent.ProcessId).ShouldBeLessThan(MostMemoryKibibytes);
    }

    private async Task SendEveryTypeAsync<T>(HttpClient http, string path, (string Name, string Value)? header) where T : IMessage, new()
    {
        foreach (var type in new T().Descriptor.FindFieldByName("type").EnumType.Values)
        {
            for (var count = 0; count < CallsOfAType; count++)
            {
                var codec = count % 2 == 0 ? MessageCodec.Json : MessageCodec.Protobuf;
                await SendAsync(http, path, messages.Damaged(codec.Encode(messages.Next<T>(type.Number))), codec.ContentType, header, $"seed {Seed}: {type.Name}");
            }
        }
    }

    private static async Task SendAsync(HttpClient http, string path, byte[] body, string contentType, (string Name, string Value)? header, string what)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        if (header is { } given)
            request.Headers.TryAddWithoutValidation(given.Name, given.Value);
        // Streams of events have no end: what is asked is how the answer begins.
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (answer.StatusCode >= HttpStatusCode.InternalServerError && answer.StatusCode != HttpStatusCode.NotImplemented)
            Assert.Fail($"{what} on {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}; the body was {Convert.ToBase64String(body)[..Math.Min(4000, Convert.ToBase64String(body).Length)]}");
    }

    private static long MemoryOf(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
}

using System.Net;
using System.Net.Http.Headers;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Tests.Master;

/// <summary>The same API in protobuf.</summary>
public sealed class ProtobufTests
{
    [Fact]
    public async Task A_framework_lives_in_protobuf_as_in_JSON()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        agent.OnRun = (host, task, info) => host.UpdateAsync(info.Id, host.Status(task.TaskId.Value, TaskState.TaskFinished));
        await agent.RegisterAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint, Timeout = TimeSpan.FromSeconds(20) };
        var subscribe = new SchedulerCall { Type = SchedulerCall.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = new() { User = "root", Name = "binary" } } };
        using var stream = await http.SendAsync(Post(subscribe, streamId: null), HttpCompletionOption.ResponseHeadersRead);
        stream.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-protobuf");
        var streamId = stream.Headers.GetValues("Mesos-Stream-Id").Single();
        var reader = new RecordReader(await stream.Content.ReadAsStreamAsync());

        var subscribed = (await NextAsync(reader, SchedulerEvent.Types.Type.Subscribed)).Subscribed;
        var offer = (await NextAsync(reader, SchedulerEvent.Types.Type.Offers)).Offers.Offers_[0];
        offer.AllocationInfo.Role.ShouldBe("*");
        var task = new TaskInfo { Name = "t", TaskId = new() { Value = "t" }, AgentId = offer.AgentId, Command = new() { Value = "true" } };
        task.Resources.Add(offer.Resources);
        var accept = new SchedulerCall { Type = SchedulerCall.Types.Type.Accept, FrameworkId = subscribed.FrameworkId, Accept = new() };
        accept.Accept.OfferIds.Add(offer.Id);
        accept.Accept.Operations.Add(new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() { TaskInfos = { task } } });
        using (var accepted = await http.SendAsync(Post(accept, streamId)))
            accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);

        var update = (await NextAsync(reader, SchedulerEvent.Types.Type.Update)).Update.Status;
        update.State.ShouldBe(TaskState.TaskFinished);
        var acknowledge = new SchedulerCall
        {
            Type = SchedulerCall.Types.Type.Acknowledge,
            FrameworkId = subscribed.FrameworkId,
            Acknowledge = new() { AgentId = update.AgentId, TaskId = update.TaskId, Uuid = update.Uuid },
        };
        using (var acknowledged = await http.SendAsync(Post(acknowledge, streamId)))
            acknowledged.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await agent.WaitAsync(told => told.Acknowledge is not null);
    }

    private static HttpRequestMessage Post(SchedulerCall call, string? streamId)
    {
        var content = new ByteArrayContent(MessageCodec.Protobuf.Encode(call));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/scheduler") { Content = content };
        request.Headers.Accept.ParseAdd("application/x-protobuf");
        if (streamId is not null)
            request.Headers.Add("Mesos-Stream-Id", streamId);
        return request;
    }

    private static async Task<SchedulerEvent> NextAsync(RecordReader reader, SchedulerEvent.Types.Type type)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var happened = MessageCodec.Protobuf.Decode<SchedulerEvent>(await reader.ReadAsync(patience.Token) ?? throw new EndOfStreamException());
            if (happened.Type == type)
                return happened;
        }
    }
}

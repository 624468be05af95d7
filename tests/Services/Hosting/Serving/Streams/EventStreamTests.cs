using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Serving.Streams;
using Google.Protobuf;

namespace DataPlatform.Services.Tests.Hosting.Serving.Streams;

public class EventStreamTests
{
    [Fact]
    public void A_reader_that_lets_too_many_bytes_wait_is_cut_off()
    {
        using var stream = new EventStream(MessageCodec.Protobuf);
        var large = Message(megabytes: 8);
        for (var sent = 0; sent < EventStream.MostWaitingBytes; sent += large.CalculateSize())
            stream.Send(large);
        stream.WasTooSlow.ShouldBeFalse();
        stream.Send(large);
        stream.WasTooSlow.ShouldBeTrue();
    }

    [Fact]
    public void One_message_may_be_larger_than_the_bound()
    {
        using var stream = new EventStream(MessageCodec.Protobuf);
        stream.Send(Message(megabytes: 100));
        stream.WasTooSlow.ShouldBeFalse();
    }

    private static SchedulerEvent Message(int megabytes) => new()
    {
        Type = SchedulerEvent.Types.Type.Message,
        Message = new()
        {
            AgentId = new AgentID { Value = "a" },
            ExecutorId = new ExecutorID { Value = "e" },
            Data = UnsafeByteOperations.UnsafeWrap(new byte[megabytes * 1024 * 1024]),
        },
    };
}

using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Core.Tests.Protocol;

public sealed class RequiredFieldsTests
{
    [Fact]
    public void The_first_field_that_is_missing_is_named_with_its_path()
    {
        var call = new PendingCall { FrameworkId = new FrameworkID { Value = "F" } };
        Missing(call).ShouldBeNull();
        call.Endings.Add(new PendingCall.Types.Ending { Name = "a", Tasks = { new PendingCall.Types.Ending.Types.Task { FrameworkId = new FrameworkID { Value = "F" }, TaskId = new TaskID { Value = "t" } } } });
        call.Endings.Add(call.Endings[0].Clone());
        Missing(call).ShouldBeNull();
        call.Endings[1].Tasks[0].TaskId = new TaskID();
        Missing(call).ShouldBe("endings[1].tasks[0].task_id.value");
        call.Endings[1].Tasks[0].TaskId = null;
        Missing(call).ShouldBe("endings[1].tasks[0].task_id");
        call.Endings[1].ClearName();
        Missing(call).ShouldBe("endings[1].name");
        call.FrameworkId = null;
        Missing(call).ShouldBe("framework_id");
    }

    [Fact]
    public void What_a_map_holds_is_looked_at_too()
    {
        var config = new QuotaConfig { Role = "r" };
        config.Limits["cpus"] = new Value.Types.Scalar { Value = 1 };
        Missing(config).ShouldBeNull();
        config.Limits["mem"] = new Value.Types.Scalar();
        Missing(config).ShouldBe("limits[1].value");
    }

    private static string? Missing<T>(T message) where T : class, IMessage<T>, new()
    {
        var refusal = Record.Exception(() => MessageCodec.Protobuf.Decode<T>(message.ToByteArray()));
        return refusal is null ? null : refusal.ShouldBeOfType<MessageFormatException>().Message.Split('\'')[1];
    }
}

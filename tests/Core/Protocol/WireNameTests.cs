using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Tests.Protocol;

public sealed class WireNameTests
{
    [Fact]
    public void Every_state_of_a_task_is_called_as_the_protocol_calls_it() =>
        Enum.GetValues<TaskState>().Select(WireName.Of).ShouldBe(Written(TaskReport.Descriptor, TaskReport.StateFieldNumber), ignoreOrder: true);

    [Fact]
    public void Every_operation_is_called_as_the_protocol_calls_it() =>
        Enum.GetValues<Offer.Types.Operation.Types.Type>().Select(WireName.Of)
            .ShouldBe(Written(Offer.Types.Operation.Descriptor, Offer.Types.Operation.TypeFieldNumber), ignoreOrder: true);

    [Fact]
    public void A_value_that_has_no_name_is_its_number() => WireName.Of((TaskState)9999).ShouldBe("9999");

    private static IEnumerable<string> Written(MessageDescriptor message, int field) =>
        message.FindFieldByNumber(field).EnumType.Values.Select(value => value.Name);
}

using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf.Reflection;

namespace DataPlatform.Services.Agent.Serving.Older;

/// <summary>Values as they are called on the wire, <c>TASK_RUNNING</c>.</summary>
internal static class WireNames
{
    private static readonly EnumDescriptor States = TaskReport.Descriptor.FindFieldByNumber(TaskReport.StateFieldNumber).EnumType;

    public static string Of(TaskState state) => States.FindValueByNumber((int)state)?.Name ?? "TASK_UNKNOWN";
}

using System.Collections.Concurrent;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using SchedulerType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>How many calls of each kind came, allowed or not, by Mesos's names. Thread safe.</summary>
internal sealed class MessageCounters
{
    private const string Prefix = "master/messages_";

    private static readonly string[] Names =
    [
        "register_framework", "reregister_framework", "unregister_framework", "launch_tasks", "decline_offers", "revive_offers",
        "suppress_offers", "kill_task", "reconcile_tasks", "status_update_acknowledgement", "framework_to_executor",
        "resource_request", "reconcile_operations", "operation_status_update_acknowledgement",
        "register_slave", "reregister_slave",
    ];

    private readonly ConcurrentDictionary<string, long> counts = new(Names.Select(name => KeyValuePair.Create(name, 0L)), StringComparer.Ordinal);

    public IEnumerable<(string Name, double Value)> All =>
        counts.OrderBy(count => count.Key, StringComparer.Ordinal).Select(count => (Prefix + count.Key, (double)count.Value));

    public void Count(SchedulerCall call)
    {
        var name = call.Type switch
        {
            SchedulerType.Subscribe => call.FrameworkId is null ? "register_framework" : "reregister_framework",
            SchedulerType.Teardown => "unregister_framework",
            SchedulerType.Accept => "launch_tasks",
            SchedulerType.Decline => "decline_offers",
            SchedulerType.Revive => "revive_offers",
            SchedulerType.Suppress => "suppress_offers",
            SchedulerType.Kill => "kill_task",
            SchedulerType.Reconcile => "reconcile_tasks",
            SchedulerType.Acknowledge => "status_update_acknowledgement",
            SchedulerType.Message => "framework_to_executor",
            SchedulerType.Request => "resource_request",
            SchedulerType.ReconcileOperations => "reconcile_operations",
            SchedulerType.AcknowledgeOperationStatus => "operation_status_update_acknowledgement",
            _ => null,
        };
        Add(name);
    }

    public void Count(AgentCall call)
    {
        if (call.Type == AgentCall.Types.Type.Register)
            Add(call.Register?.AgentInfo?.Id is null && call.AgentId is null ? "register_slave" : "reregister_slave");
    }

    private void Add(string? name)
    {
        if (name is not null)
            counts.AddOrUpdate(name, 1, static (_, count) => count + 1);
    }
}

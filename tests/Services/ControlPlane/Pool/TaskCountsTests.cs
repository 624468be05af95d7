using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.ControlPlane.Pool;
using FeedType = DataPlatform.Core.Protocol.Mesos.OperatorEvent.Types.Type;

namespace DataPlatform.Services.Tests.ControlPlane.Pool;

public class TaskCountsTests
{
    private readonly TaskCounts running = new();

    [Fact]
    public void Counts_what_is_there_and_what_comes_and_goes()
    {
        running.Take(Subscribed(Task("a", "host-1"), Task("b", "host-1"), Task("c", "host-2"), Task("done", "host-2", TaskState.TaskFinished)));
        running.Take(new OperatorEvent { Type = FeedType.TaskAdded, TaskAdded = new() { Task = Task("d", "host-2", TaskState.TaskStaging) } });
        running.Take(Updated("d", TaskState.TaskRunning));
        running.Take(Updated("a", TaskState.TaskFailed));
        running.Take(Updated("a", TaskState.TaskFailed));

        running.ByAgent().ShouldBe(new Dictionary<string, int> { ["host-1"] = 1, ["host-2"] = 2 }, ignoreOrder: true);
    }

    [Fact]
    public void What_goes_with_its_agent_or_framework_is_not_counted_any_more()
    {
        running.Take(Subscribed(Task("a", "host-1"), Task("b", "host-2"), Task("c", "host-2", framework: "other")));

        running.Take(new OperatorEvent { Type = FeedType.AgentRemoved, AgentRemoved = new() { AgentId = new AgentID { Value = "host-1" } } });
        running.Take(new OperatorEvent { Type = FeedType.FrameworkRemoved, FrameworkRemoved = new() { FrameworkInfo = new FrameworkInfo { Id = new FrameworkID { Value = "other" } } } });

        running.ByAgent().ShouldBe(new Dictionary<string, int> { ["host-2"] = 1 });
    }

    [Fact]
    public void A_new_subscription_begins_anew()
    {
        running.Take(Subscribed(Task("a", "host-1")));
        running.Take(Subscribed(Task("b", "host-2")));

        running.ByAgent().ShouldBe(new Dictionary<string, int> { ["host-2"] = 1 });
    }

    internal static OperatorEvent Subscribed(params TaskRecord[] tasks) => new()
    {
        Type = FeedType.Subscribed,
        Subscribed = new() { GetState = new() { GetTasks = new() { Tasks = { tasks } } } },
    };

    internal static TaskRecord Task(string id, string agent, TaskState state = TaskState.TaskRunning, string framework = "framework") => new()
    {
        Name = id, TaskId = new TaskID { Value = id }, AgentId = new AgentID { Value = agent }, FrameworkId = new FrameworkID { Value = framework }, State = state,
    };

    private static OperatorEvent Updated(string id, TaskState state) => new()
    {
        Type = FeedType.TaskUpdated,
        TaskUpdated = new()
        {
            FrameworkId = new FrameworkID { Value = "framework" }, State = state, Status = new TaskReport { TaskId = new TaskID { Value = id }, State = state },
        },
    };
}

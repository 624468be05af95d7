using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Tests.Pool.Agents;

public sealed class RegistrationPartsTests
{
    [Fact]
    public void What_tasks_have_in_common_is_kept_once_and_says_the_same()
    {
        var registration = new AgentCall.Types.Register { AgentInfo = new AgentInfo { Hostname = "a", Id = new AgentID { Value = "S1" } } };
        registration.Tasks.Add([Task("t1", "F1", "S1", cpus: 1), Task("t2", "F1", "S1", cpus: 1), Task("t3", "F2", "S2", cpus: 2)]);
        registration.Tasks.Add(new TaskRecord());
        var before = registration.Clone();

        RegistrationParts.Share(registration);

        registration.ShouldBe(before);
        var (first, second, third) = (registration.Tasks[0], registration.Tasks[1], registration.Tasks[2]);
        second.FrameworkId.ShouldBeSameAs(first.FrameworkId);
        second.AgentId.ShouldBeSameAs(registration.AgentInfo.Id);
        second.Resources[0].ShouldBeSameAs(first.Resources[0]);
        second.Statuses[0].TaskId.ShouldBeSameAs(second.TaskId);
        second.Statuses[0].AgentId.ShouldBeSameAs(registration.AgentInfo.Id);
        third.Resources[0].ShouldNotBeSameAs(first.Resources[0]);
        third.AgentId.ShouldNotBeSameAs(registration.AgentInfo.Id);
    }

    private static TaskRecord Task(string id, string framework, string agent, double cpus)
    {
        var task = new TaskRecord { Name = id, TaskId = new TaskID { Value = id }, FrameworkId = new FrameworkID { Value = framework }, AgentId = new AgentID { Value = agent } };
        task.Resources.Add(new Resource { Name = "cpus", Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = cpus } });
        task.Statuses.Add(new TaskReport { TaskId = new TaskID { Value = id }, AgentId = new AgentID { Value = agent }, State = TaskState.TaskRunning });
        return task;
    }
}

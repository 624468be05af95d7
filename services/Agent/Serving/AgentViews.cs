using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using Answer = DataPlatform.Core.Protocol.Mesos.AgentOperatorResponse.Types;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>The agent's state as the operator API shows it.</summary>
internal static class AgentViews
{
    public static Answer.GetTasks Tasks(AgentCore core)
    {
        var view = new Answer.GetTasks();
        foreach (var run in core.Runs.Where(run => run.Task.Name.Length > 0 || run.Task.Command is not null))
        {
            var list = run.Phase switch
            {
                RunPhase.Launching => view.QueuedTasks,
                RunPhase.Ended => view.TerminatedTasks,
                _ => view.LaunchedTasks,
            };
            list.Add(run.ToRecord(core.AgentId));
        }

        view.CompletedTasks.AddRange(core.Completed.Select(each => each.Task));
        return view;
    }

    public static Answer.GetFrameworks Frameworks(AgentCore core)
    {
        var view = new Answer.GetFrameworks();
        var active = core.Runs.Select(run => run.Framework).DistinctBy(each => each.Id.Value).ToList();
        view.Frameworks.AddRange(active.Select(Wrap));
        view.CompletedFrameworks.AddRange(core.Completed.Select(each => each.Framework)
            .DistinctBy(each => each.Id.Value).Where(each => !active.Exists(other => other.Id.Value == each.Id.Value)).Select(Wrap));
        return view;

        static Answer.GetFrameworks.Types.Framework Wrap(FrameworkInfo info) => new() { FrameworkInfo = info };
    }

    public static Answer.GetExecutors Executors(AgentCore core)
    {
        var view = new Answer.GetExecutors();
        view.Executors.AddRange(core.Pods.Select(pod => new Answer.GetExecutors.Types.Executor { ExecutorInfo = pod.Executor }));
        foreach (var run in core.Runs.Where(run => run.Task.Command is not null && run.Pod is null))
            (run.Phase == RunPhase.Ended ? view.CompletedExecutors : view.Executors).Add(Wrap(run.ToRecord(core.AgentId)));
        view.CompletedExecutors.AddRange(core.Completed.Where(each => each.Task.ExecutorId is null).Select(each => Wrap(each.Task)));
        return view;
    }

    public static Answer.GetState State(AgentCore core) => new()
    {
        GetTasks = Tasks(core),
        GetFrameworks = Frameworks(core),
        GetExecutors = Executors(core),
    };

    /// <summary>As people know it from Mesos.</summary>
    public static string ExecutorName(TaskInfo task) => $"Command Executor (Task: {task.TaskId.Value})";

    /// <summary>A command task runs under an executor of its own, named like it.</summary>
    private static Answer.GetExecutors.Types.Executor Wrap(TaskRecord task)
    {
        var info = new ExecutorInfo
        {
            ExecutorId = new ExecutorID { Value = task.TaskId.Value },
            FrameworkId = task.FrameworkId,
            Name = $"Command Executor (Task: {task.TaskId.Value})",
            Source = task.TaskId.Value,
        };
        info.Resources.AddRange(task.Resources);
        return new Answer.GetExecutors.Types.Executor { ExecutorInfo = info };
    }
}

using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Serving.Authentication;
using Answer = DataPlatform.Core.Protocol.Mesos.AgentOperatorResponse.Types;

namespace DataPlatform.Services.Agent.Serving;

/// <summary>The agent's state as the operator API shows it, as far as the caller may see it.</summary>
internal static class AgentViews
{
    public static Answer.GetTasks Tasks(AgentCore core, Visibility visible)
    {
        var view = new Answer.GetTasks();
        foreach (var run in core.Runs.Where(run => run.WasLaunched))
        {
            var record = run.ToRecord(core.AgentId);
            if (!visible.Task(record, run.Framework.User))
                continue;
            var list = run.Phase switch
            {
                RunPhase.Launching => view.QueuedTasks,
                RunPhase.Ended => view.TerminatedTasks,
                _ => view.LaunchedTasks,
            };
            list.Add(record);
        }

        view.CompletedTasks.AddRange(core.Completed.Where(each => visible.Task(each.Task, each.Framework.User)).Select(each => each.Task));
        return view;
    }

    public static Answer.GetFrameworks Frameworks(AgentCore core, Visibility visible)
    {
        var view = new Answer.GetFrameworks();
        var active = core.Runs.Select(run => run.Framework).Concat(core.Executors.Values.Select(each => each.Framework)).DistinctBy(each => each.Id.Value).ToList();
        view.Frameworks.AddRange(active.Where(visible.Framework).Select(Wrap));
        view.CompletedFrameworks.AddRange(core.Completed.Select(each => each.Framework).Concat(core.CompletedExecutors.Select(each => each.Framework))
            .DistinctBy(each => each.Id.Value).Where(each => !active.Exists(other => other.Id.Value == each.Id.Value)).Where(visible.Framework).Select(Wrap));
        return view;

        static Answer.GetFrameworks.Types.Framework Wrap(FrameworkInfo info) => new() { FrameworkInfo = info };
    }

    public static Answer.GetExecutors Executors(AgentCore core, Visibility visible)
    {
        var view = new Answer.GetExecutors();
        view.Executors.AddRange(core.ExecutorInfos.Where(each => visible.Executor(each.Info, each.Framework.User)).Select(each => new Answer.GetExecutors.Types.Executor { ExecutorInfo = each.Info }));
        foreach (var run in core.Runs.Where(run => run.Task.Command is not null && run.Pod is null))
            AddTo(run.Phase == RunPhase.Ended ? view.CompletedExecutors : view.Executors, run.ToRecord(core.AgentId), run.Framework);
        foreach (var each in core.Completed.Where(each => each.Pod is null))
            AddTo(view.CompletedExecutors, each.Task, each.Framework);
        view.CompletedExecutors.AddRange(core.CompletedExecutors.Where(each => visible.Executor(each.Info, each.Framework.User)).Select(each => new Answer.GetExecutors.Types.Executor { ExecutorInfo = each.Info }));
        return view;

        void AddTo(ICollection<Answer.GetExecutors.Types.Executor> list, TaskRecord task, FrameworkInfo framework)
        {
            var executor = Wrap(task);
            if (visible.Executor(executor.ExecutorInfo, TaskUser.Of(task, framework)))
                list.Add(executor);
        }
    }

    public static Answer.GetState State(AgentCore core, Visibility visible) => new()
    {
        GetTasks = Tasks(core, visible),
        GetFrameworks = Frameworks(core, visible),
        GetExecutors = Executors(core, visible),
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

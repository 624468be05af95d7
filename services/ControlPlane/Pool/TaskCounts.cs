using DataPlatform.Core.Protocol.Mesos;
using FeedType = DataPlatform.Core.Protocol.Mesos.OperatorEvent.Types.Type;

namespace DataPlatform.Services.ControlPlane.Pool;

/// <summary>How many tasks run on each agent, kept from the master's stream of events. Not thread safe.</summary>
public sealed class TaskCounts
{
    private readonly Dictionary<(string Framework, string Task), string> agents = [];
    private readonly Dictionary<string, int> counts = [];

    public static TaskCounts Of(OperatorResponse.Types.GetTasks tasks)
    {
        var running = new TaskCounts();
        foreach (var task in tasks.Tasks)
            running.Add(task);
        return running;
    }

    /// <summary>A copy, by agent; agents without tasks are not in it.</summary>
    public IReadOnlyDictionary<string, int> ByAgent() => new Dictionary<string, int>(counts);

    /// <summary>SUBSCRIBED begins anew.</summary>
    public void Take(OperatorEvent news)
    {
        switch (news.Type)
        {
            case FeedType.Subscribed:
                agents.Clear();
                counts.Clear();
                foreach (var task in news.Subscribed.GetState?.GetTasks?.Tasks ?? [])
                    Add(task);
                break;
            case FeedType.TaskAdded:
                Add(news.TaskAdded.Task);
                break;
            case FeedType.TaskUpdated when HasEnded(news.TaskUpdated.State):
                Remove((news.TaskUpdated.FrameworkId.Value, news.TaskUpdated.Status.TaskId.Value));
                break;
            case FeedType.AgentRemoved:
                RemoveWhere((_, agent) => agent == news.AgentRemoved.AgentId.Value);
                break;
            case FeedType.FrameworkRemoved:
                RemoveWhere((framework, _) => framework == news.FrameworkRemoved.FrameworkInfo.Id?.Value);
                break;
            default:
                break;
        }
    }

    private static bool HasEnded(TaskState state) => state is not (TaskState.TaskStaging or TaskState.TaskStarting or TaskState.TaskRunning or TaskState.TaskKilling);

    private void Add(TaskRecord task)
    {
        var key = (task.FrameworkId.Value, task.TaskId.Value);
        Remove(key);
        if (HasEnded(task.State))
            return;
        agents[key] = task.AgentId.Value;
        counts[task.AgentId.Value] = counts.GetValueOrDefault(task.AgentId.Value) + 1;
    }

    private void Remove((string Framework, string Task) key)
    {
        if (!agents.Remove(key, out var agent))
            return;
        if (--counts[agent] == 0)
            counts.Remove(agent);
    }

    private void RemoveWhere(Func<string, string, bool> isOf)
    {
        foreach (var key in agents.Where(task => isOf(task.Key.Framework, task.Value)).Select(task => task.Key).ToList())
            Remove(key);
    }
}

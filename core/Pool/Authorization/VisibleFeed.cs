using DataPlatform.Core.Protocol.Mesos;
using FeedType = DataPlatform.Core.Protocol.Mesos.OperatorEvent.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>
/// What one caller sees of the operators' stream. Remembers which frameworks and tasks it was shown, since later news of them
/// carry their ids alone. Not thread safe: it sees the events of one stream in their order.
/// </summary>
public sealed class VisibleFeed(Visibility visibility)
{
    private readonly Dictionary<string, string> users = [];
    private readonly HashSet<(string Framework, string Task)> tasks = [];

    /// <summary>The event as the caller sees it, or null when it sees none.</summary>
    public OperatorEvent? See(OperatorEvent news)
    {
        if (visibility.IsWhole)
            return news;
        switch (news.Type)
        {
            case FeedType.Subscribed:
                return Subscribed(news.Subscribed);
            case FeedType.FrameworkAdded:
                return Of(news, news.FrameworkAdded.Framework.FrameworkInfo);
            case FeedType.FrameworkUpdated:
                return Of(news, news.FrameworkUpdated.Framework.FrameworkInfo);
            case FeedType.FrameworkRemoved:
                return Removed(news, news.FrameworkRemoved.FrameworkInfo);
            case FeedType.TaskAdded:
                var task = news.TaskAdded.Task;
                if (!visibility.Task(task, UserOf(task.FrameworkId.Value)))
                    return null;
                tasks.Add((task.FrameworkId.Value, task.TaskId.Value));
                return news;
            case FeedType.TaskUpdated:
                return tasks.Contains((news.TaskUpdated.FrameworkId.Value, news.TaskUpdated.Status.TaskId.Value)) ? news : null;
            default:
                return news;
        }
    }

    private OperatorEvent Subscribed(OperatorEvent.Types.Subscribed subscribed)
    {
        var state = subscribed.GetState;
        foreach (var framework in state.GetFrameworks.Frameworks)
            users[framework.FrameworkInfo.Id.Value] = framework.FrameworkInfo.User;
        foreach (var framework in state.GetFrameworks.CompletedFrameworks)
            users[framework.FrameworkInfo.Id.Value] = framework.FrameworkInfo.User;
        var seen = visibility.Of(state, UserOf);
        foreach (var task in seen.GetTasks.Tasks)
            tasks.Add((task.FrameworkId.Value, task.TaskId.Value));
        return new OperatorEvent
        {
            Type = FeedType.Subscribed,
            Subscribed = new() { GetState = seen, HeartbeatIntervalSeconds = subscribed.HeartbeatIntervalSeconds },
        };
    }

    private OperatorEvent? Of(OperatorEvent news, FrameworkInfo framework)
    {
        users[framework.Id.Value] = framework.User;
        return visibility.Framework(framework) ? news : null;
    }

    private OperatorEvent? Removed(OperatorEvent news, FrameworkInfo framework)
    {
        if (framework.Id is { } id)
        {
            users.Remove(id.Value);
            tasks.RemoveWhere(task => task.Framework == id.Value);
        }

        return visibility.Framework(framework) ? news : null;
    }

    private string? UserOf(string framework) => users.GetValueOrDefault(framework);
}

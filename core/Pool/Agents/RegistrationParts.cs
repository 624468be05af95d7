using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf.Collections;

namespace DataPlatform.Core.Pool;

/// <summary>
/// Keeps once what a registration says again for each task: who has to read and keep hundreds of thousands of tasks within
/// seconds spends more on finding and moving what is alive than on anything else.
/// </summary>
public static class RegistrationParts
{
    /// <summary>Changes no value, only which messages of the registration are the same object. Nobody else may hold it yet.</summary>
    public static void Share(AgentCall.Types.Register registration)
    {
        var frameworks = new Dictionary<string, FrameworkID>(StringComparer.Ordinal);
        var resources = new Dictionary<Resource, Resource>();
        var agent = registration.AgentInfo?.Id;
        foreach (var task in registration.Tasks)
        {
            task.FrameworkId = task.FrameworkId is { } framework ? Known(frameworks, framework.Value, framework) : null;
            task.AgentId = Same(agent, task.AgentId);
            Share(task.Resources, resources);
            foreach (var status in task.Statuses)
            {
                status.TaskId = Same(task.TaskId, status.TaskId);
                status.AgentId = Same(agent, status.AgentId);
                status.ExecutorId = Same(task.ExecutorId, status.ExecutorId);
            }

            // They come with room for eight.
            task.Statuses.Capacity = task.Statuses.Count;
        }
    }

    private static void Share(RepeatedField<Resource> of, Dictionary<Resource, Resource> resources)
    {
        for (var index = 0; index < of.Count; index++)
            of[index] = Known(resources, of[index], of[index]);
        of.Capacity = of.Count;
    }

    private static TValue Known<TKey, TValue>(Dictionary<TKey, TValue> known, TKey key, TValue value) where TKey : notnull =>
        known.TryAdd(key, value) ? value : known[key];

    private static T? Same<T>(T? first, T? second) where T : class => first is not null && first.Equals(second) ? first : second;
}

using System.Text.Json;

namespace DataPlatform.Operators.Sdk.State;

/// <summary>What a scheduler remembers of its cluster, read from its documents and written as changes to them.</summary>
public sealed record SchedulerMemory(ClusterFacts? Facts, IReadOnlyList<PodRecord> Pods, IReadOnlyList<TaskRow> Tasks, IReadOnlyList<ClusterEvent> Events)
{
    private const string ActivityKind = "activity";
    private const string FactsKind = "facts";
    private const string PodKind = "pod";
    private const string TaskKind = "task";
    private const string EventKind = "event";

    /// <exception cref="InvalidDataException">A document is not of its form; the message names it.</exception>
    public static SchedulerMemory Read(IReadOnlyList<ClusterDocument> documents) => new(
        documents.Where(document => document.Kind == FactsKind).Select(Content<ClusterFacts>).FirstOrDefault(),
        [.. documents.Where(document => document.Kind == PodKind).Select(Content<PodRecord>)],
        [.. documents.Where(document => document.Kind == TaskKind).Select(Content<TaskRow>).OrderBy(row => row.Number).ThenBy(row => row.LaunchedAt).ThenBy(row => row.TaskId, StringComparer.Ordinal)],
        [.. documents.Where(document => document.Kind == EventKind).Select(Content<ClusterEvent>).OrderBy(each => each.Number)])
    {
        Activities = [.. documents.Where(document => document.Kind == ActivityKind).Select(Content<TaskActivity>)],
    };

    /// <summary>What living tasks were last known to do.</summary>
    public IReadOnlyList<TaskActivity> Activities { get; init; } = [];

    public static DocumentChange Put(ClusterFacts facts) => Put(FactsKind, FactsKind, facts);

    public static DocumentChange Put(PodRecord pod) => Put(PodKind, pod.Name, pod);

    public static DocumentChange Put(TaskRow row) => Put(TaskKind, row.TaskId, row);

    public static DocumentChange Put(ClusterEvent happened) => Put(EventKind, Key(happened.Number), happened);

    public static DocumentChange Put(TaskActivity activity) => Put(ActivityKind, activity.TaskId, activity);

    public static DocumentChange RemovePod(string name) => new DocumentChange.Remove(PodKind, name);

    public static DocumentChange RemoveTask(string taskId) => new DocumentChange.Remove(TaskKind, taskId);

    public static DocumentChange RemoveActivity(string taskId) => new DocumentChange.Remove(ActivityKind, taskId);

    public static DocumentChange RemoveEvent(long number) => new DocumentChange.Remove(EventKind, Key(number));

    private static string Key(long number) => number.ToString("D12", System.Globalization.CultureInfo.InvariantCulture);

    private static DocumentChange.Put Put<T>(string kind, string key, T content) => new(new ClusterDocument(kind, key, JsonSerializer.Serialize(content)));

    private static T Content<T>(ClusterDocument document)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(document.Content) ?? throw new InvalidDataException($"the document {document.Kind} {document.Key} is empty");
        }
        catch (JsonException damaged)
        {
            throw new InvalidDataException($"the document {document.Kind} {document.Key} can't be read: {damaged.Message}", damaged);
        }
    }
}

using System.Text.Json.Serialization;

namespace DataPlatform.Operators.Sdk.State;

/// <summary>A pod's volumes, all on one host.</summary>
public sealed record PodVolumes(string AgentId, string Host, string? Zone, IReadOnlyList<PodVolume> Volumes)
{
    /// <summary>A task has run on them: what they hold is not to be lost, and nothing else will do in their place.</summary>
    public bool IsUsed { get; init; }

    /// <summary>Given up, and its host was told to destroy them.</summary>
    public bool IsDestroyed { get; init; }

    [JsonIgnore]
    public long Mebibytes => Volumes.Sum(volume => volume.Mebibytes);
}

/// <param name="Id">Under which master and agent know it; never used again.</param>
/// <param name="Task">The task's name within the pod; empty for the only one.</param>
/// <param name="Path">Relative to the task's sandbox.</param>
public sealed record PodVolume(string Id, string Task, string Name, long Mebibytes, string Path)
{
    /// <param name="generation">How often the pod's volumes had been given up before.</param>
    public static string NewId(string cluster, string pod, string name, int generation, Guid id) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{cluster}.{pod}.{name}.{generation}.{id:n}");

    /// <summary>Null for an id that no scheduler of this Sdk made.</summary>
    public static int? GenerationOf(string id) =>
        id.Split('.') is [.., var generation, _] && int.TryParse(generation, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
}

using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>An operation that somebody asked for; it is done once, after those with smaller numbers.</summary>
/// <param name="Number">From 1 in the cluster's life.</param>
/// <param name="Folder">What it writes or reads, relative to the lake; null when it does neither.</param>
public sealed record WantedOperation(int Number, string Name, string? Folder, DateTimeOffset At)
{
    /// <summary>What was said when it was asked for, already checked against the operation's schema; what was not said has its default. Null when nothing was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Inputs { get; init; }

    /// <summary>Of a step of plans: what it is about. Null where somebody asked for the operation.</summary>
    [JsonIgnore]
    public OperationSubject? Subject { get; init; }

    /// <summary>The pod that does it, such as <c>backup-3</c>.</summary>
    [JsonIgnore]
    public string Pod => string.Create(CultureInfo.InvariantCulture, $"{Name}-{Number}");
}

/// <summary>What a step of a plan is about.</summary>
/// <param name="Pod">An instance that is to be removed, or the type of those that were added.</param>
/// <param name="Index">Of the instance; of a type 0.</param>
/// <param name="Host">Empty when it runs nowhere.</param>
/// <param name="Ports">Of all its tasks, by name; none when it runs nowhere.</param>
public sealed record OperationSubject(string Pod, int Index, string Host, IReadOnlyDictionary<string, int> Ports);

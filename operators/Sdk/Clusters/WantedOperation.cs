using System.Globalization;
using System.Text.Json.Serialization;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>An operation that somebody asked for; it is done once, after those with smaller numbers.</summary>
/// <param name="Number">From 1 in the cluster's life.</param>
/// <param name="Folder">What it writes or reads, relative to the lake; null when it does neither.</param>
public sealed record WantedOperation(int Number, string Name, string? Folder, DateTimeOffset At)
{
    /// <summary>The pod that does it, such as <c>backup-3</c>.</summary>
    [JsonIgnore]
    public string Pod => string.Create(CultureInfo.InvariantCulture, $"{Name}-{Number}");
}

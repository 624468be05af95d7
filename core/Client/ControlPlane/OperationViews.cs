using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>What clusters of a package can be asked to do while they serve.</summary>
/// <param name="Kind"><c>backup</c>, <c>restore</c> or <c>plain</c>.</param>
public sealed record PackageOperationView(string Name, string Title, string Description, string Kind)
{
    /// <summary>JSON schema of what it is given; null when it is given nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Inputs { get; init; }
}

/// <summary>Asks a cluster to do something: <c>POST /api/v1/clusters/{name}/operations</c>.</summary>
/// <param name="Backup">The name of the backup that a restore reads; null for anything else.</param>
public sealed record OperationRequest(string? Name, string? Backup)
{
    /// <summary>What the operation is given, as its schema has it; what has a default may be left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Inputs { get; init; }
}

/// <summary>Something that the cluster was asked to do, and what became of it.</summary>
/// <param name="Number">From 1 in the cluster's life.</param>
/// <param name="Kind"><c>backup</c>, <c>restore</c> or <c>plain</c>.</param>
/// <param name="Folder">What it writes or reads, relative to the lake; null when it does neither.</param>
/// <param name="Said">What it waits for or why it failed; null when it is complete.</param>
public sealed record OperationView(int Number, string Name, string Kind, StepState State, DateTimeOffset AskedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? Folder, string? Said)
{
    /// <summary>What it was given, without defaults; null when nothing was said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Inputs { get; init; }

    /// <summary>There is something to be told to who asks for it: <c>POST /api/v1/clusters/{name}/operations/{number}/hand-out</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HandsOut { get; init; }

    /// <summary><see cref="Inputs"/> for people; empty without any.</summary>
    [JsonIgnore]
    public string Given => string.Join(", ", (Inputs ?? []).Select(input => $"{input.Key}={input.Value}"));

    /// <summary>Done, or given up.</summary>
    [JsonIgnore]
    public bool IsOver => State is StepState.Complete or StepState.Failed;
}

/// <summary>What an operation that is complete hands out, such as the password of a user that it made.</summary>
/// <param name="Variables">By name; each of them may be a secret.</param>
public sealed record HandedOutView(int Number, string Name, IReadOnlyDictionary<string, string> Variables);

/// <summary>What a backup wrote: <c>GET /api/v1/backups</c>. It outlives its cluster.</summary>
/// <param name="Name">Unique within the package.</param>
public sealed record BackupView(string Package, string Name, long SizeBytes, DateTimeOffset At);

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>Disk of a task that outlives it: the next launch of the task finds what this one wrote.</summary>
/// <param name="Name">Unique within the pod.</param>
/// <param name="Path">Where the task finds it, relative to its sandbox.</param>
public sealed record VolumeSpecification(string Name, long Mebibytes, string Path);

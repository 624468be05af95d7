namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>What a task asks for. <paramref name="MilliCpus"/> in thousandths of a core, the others in MiB.</summary>
public sealed record TaskResources(long MilliCpus, long MemoryMebibytes, long DiskMebibytes)
{
    public static TaskResources None { get; } = new(0, 0, 0);

    public TaskResources Plus(TaskResources other) =>
        new(MilliCpus + other.MilliCpus, MemoryMebibytes + other.MemoryMebibytes, DiskMebibytes + other.DiskMebibytes);
}

namespace DataPlatform.Services.Tests.Master.Writing;

/// <summary>A work directory that goes away with the test.</summary>
internal sealed class TemporaryWork : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("dp-master-work-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

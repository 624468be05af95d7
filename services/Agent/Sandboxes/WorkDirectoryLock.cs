using DataPlatform.Services.Agent.Configuration;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>Two agents on one work directory would end each other's tasks: the second is refused.</summary>
internal sealed class WorkDirectoryLock : IDisposable
{
    private const int ExclusiveWithoutWaiting = 2 | 4;
    private readonly FileStream file;

    private WorkDirectoryLock(FileStream file) => this.file = file;

    /// <exception cref="ConfigurationException">Another agent holds it.</exception>
    public static WorkDirectoryLock Take(string workDirectory)
    {
        var file = new FileStream(Path.Combine(workDirectory, "lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, 0);
        if (Libc.flock(file.SafeFileHandle, ExclusiveWithoutWaiting) == 0)
            return new WorkDirectoryLock(file);
        file.Dispose();
        throw new ConfigurationException($"--work-dir {workDirectory} is in use by another agent");
    }

    public void Dispose() => file.Dispose();
}

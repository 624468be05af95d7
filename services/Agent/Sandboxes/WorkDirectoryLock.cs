using DataPlatform.Services.Agent.Configuration;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>Two agents on one work directory would end each other's tasks: the second is refused.</summary>
internal sealed class WorkDirectoryLock : IDisposable
{
    private readonly FileStream file;

    private WorkDirectoryLock(FileStream file) => this.file = file;

    /// <exception cref="ConfigurationException">Another agent holds it.</exception>
    public static WorkDirectoryLock Take(string workDirectory)
    {
        try
        {
            // An exclusive share is an flock on Linux: it goes with the process.
            return new WorkDirectoryLock(new FileStream(Path.Combine(workDirectory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--work-dir {workDirectory} is in use by another agent or can't be written: {problem.Message}");
        }
    }

    public void Dispose() => file.Dispose();
}

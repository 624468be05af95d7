using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Hosting.Files;

/// <summary>A service's folder, held against a second process: two on one folder would undo each other's work.</summary>
public sealed class WorkDirectory : IDisposable
{
    private readonly FileStream file;

    private WorkDirectory(FileStream file) => this.file = file;

    /// <param name="setting">Which setting named it, for the refusal.</param>
    /// <exception cref="SettingsException">It can't be made.</exception>
    public static void Create(string setting, string path, UnixFileMode? mode = null)
    {
        try
        {
            if (mode is { } given)
                Directory.CreateDirectory(path, given);
            else
                Directory.CreateDirectory(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"--{setting} {path} can't be made: {problem.Message}");
        }
    }

    /// <summary>Holds the folder until disposed or until this process ends, however that comes.</summary>
    /// <exception cref="SettingsException">Another process holds it.</exception>
    public static WorkDirectory Lock(string setting, string path)
    {
        try
        {
            // An exclusive share is an flock on Linux: it goes with the process.
            return new WorkDirectory(new FileStream(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"--{setting} {path} is in use by another process or can't be written: {problem.Message}");
        }
    }

    public void Dispose() => file.Dispose();
}

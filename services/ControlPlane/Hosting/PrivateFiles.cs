using System.Text;

namespace DataPlatform.Services.ControlPlane.Hosting;

/// <summary>Files that appear whole or not at all, readable by their owner only.</summary>
public static class PrivateFiles
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
    }

    public static void Write(string path, string text)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():n}";
        using (var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner }))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>A secret of at least <paramref name="least"/> characters, from a file that only its owner can read.</summary>
    public static string ReadSecret(string path, int least)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        if ((File.GetUnixFileMode(path) & ~(Owner | UnixFileMode.UserExecute)) != 0)
            throw new Settings.SettingsException($"{path} can be read by others; chmod 600 it");
        var secret = File.ReadAllText(path).Trim();
        return secret.Length >= least ? secret : throw new Settings.SettingsException($"{path} holds {secret.Length} characters; at least {least} are needed");
    }
}

using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Hosting.Files;

/// <summary>Reads files with secrets: those that anyone but their owner may read or write are refused, for what they hold is no secret any more.</summary>
public static class PrivateFile
{
    private const int LargestBytes = 16 * 1024 * 1024;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <param name="setting">Which setting named it, for the refusal.</param>
    /// <exception cref="SettingsException">It can't be read, or others may.</exception>
    public static byte[] Read(string setting, string path)
    {
        try
        {
            // The open file is asked, not its name: that may come to mean another one.
            using var handle = File.OpenHandle(path);
            var mode = File.GetUnixFileMode(handle);
            if ((mode & Others) != 0)
                throw new SettingsException($"--{setting} {path} is open to others than its owner (mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}); chmod 600 it");
            var length = RandomAccess.GetLength(handle);
            if (length > LargestBytes)
                throw new SettingsException($"--{setting} {path} has {length} bytes; at most {LargestBytes} are read");
            using var file = new FileStream(handle, FileAccess.Read);
            var content = new byte[length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"--{setting} {path} can't be read: {problem.Message}");
        }
    }

    /// <summary>A secret that stands alone in its file.</summary>
    /// <param name="least">So many characters are needed.</param>
    /// <exception cref="SettingsException">It can't be read, others may read it, or it is too short.</exception>
    public static string ReadSecret(string setting, string path, int least)
    {
        var secret = System.Text.Encoding.UTF8.GetString(Read(setting, path)).Trim();
        return secret.Length >= least ? secret : throw new SettingsException($"--{setting} {path} holds {secret.Length} characters; at least {least} are needed");
    }
}

using DataPlatform.Core.Pool;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Hosting.Security;

/// <summary>The file of --acls: who may do what.</summary>
public static class AccessFile
{
    /// <param name="named">Whether callers have to prove who they are. Where they don't, rules by principal would be no rules.</param>
    /// <param name="credentials">The name of the setting by which they have to.</param>
    /// <exception cref="SettingsException">There is none where one is needed, it can't be read, or says what can't be meant.</exception>
    public static AccessRules Read(string? path, bool named, string credentials)
    {
        if (path is null)
        {
            return named
                ? throw new SettingsException($"--{credentials} is given without --acls: nobody would be allowed anything. Name a file that says who may do what; docs/permissions.md has one to start from")
                : AccessRules.Everybody;
        }

        if (!named)
            throw new SettingsException($"--acls is given without --{credentials}: rules say what each principal may do, and nobody would have to prove to be one");
        try
        {
            const UnixFileMode others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
                throw new SettingsException($"--acls {path} can be written by others than its owner, who could give themselves every right; chmod go-w it");
            return AccessRulesReader.Read(File.ReadAllBytes(path));
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"--acls {path}: {error.Message}");
        }
    }
}

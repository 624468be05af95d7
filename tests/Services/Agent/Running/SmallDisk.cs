using System.Diagnostics;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>A file system of a few megabytes, gone again at the end.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string path;

    private SmallDisk(string path) => this.path = path;

    /// <param name="inodes">How many files and folders it can hold; 0: as many as have room.</param>
    public static SmallDisk? TryMount(string path, int megabytes, int inodes = 0) =>
        Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m" + (inodes == 0 ? "" : $",nr_inodes={inodes}"), "tmpfs", path) ? new SmallDisk(path) : null;

    public void Dispose()
    {
        Run("umount", "-l", path);
        Directory.Delete(path);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

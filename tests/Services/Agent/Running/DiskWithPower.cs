using System.Diagnostics;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>
/// A file system in a file. What was written but not synced is only in the memory of the host: a copy of the file is what a
/// loss of power leaves.
/// </summary>
internal sealed class DiskWithPower : IDisposable
{
    private readonly string folder;
    private readonly string image;
    private int mounts;

    private DiskWithPower(string folder)
    {
        this.folder = folder;
        image = Path.Combine(folder, "image");
    }

    public string MountPoint => Path.Combine(folder, $"disk-{mounts}");

    /// <summary>Null where file systems can't be made or mounted.</summary>
    public static DiskWithPower? TryMake(int megabytes)
    {
        var disk = new DiskWithPower(Directory.CreateTempSubdirectory("dp-power-").FullName);
        using (var file = File.Create(disk.image))
            file.SetLength((long)megabytes << 20);
        // Nothing but a sync brings data to this disk within the time of a test.
        if (Run("mkfs.ext4", "-q", "-F", disk.image) && disk.Mount("commit=300"))
            return disk;
        disk.Dispose();
        return null;
    }

    /// <summary>As after a loss of power now. What runs on the old one runs on there.</summary>
    public void LosePower()
    {
        var left = image + ".left";
        File.Copy(image, left, overwrite: true);
        Directory.CreateDirectory(Path.Combine(folder, $"disk-{mounts + 1}"));
        mounts++;
        Run("mount", "-o", "loop", left, MountPoint).ShouldBeTrue("the copy can be mounted");
    }

    public void Dispose()
    {
        for (; mounts > 0; mounts--)
        {
            if (Directory.Exists(MountPoint))
                Run("umount", "-l", MountPoint);
        }

        Directory.Delete(folder, recursive: true);
    }

    private bool Mount(string options)
    {
        mounts++;
        Directory.CreateDirectory(MountPoint);
        return Run("mount", "-o", "loop," + options, image, MountPoint);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

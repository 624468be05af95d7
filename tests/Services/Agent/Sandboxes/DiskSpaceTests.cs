using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Tests.Agent.Running;

namespace DataPlatform.Services.Tests.Agent.Sandboxes;

public sealed class DiskSpaceTests
{
    [Fact]
    public void Says_whether_bytes_or_inodes_ran_out()
    {
        var folder = Directory.CreateTempSubdirectory("dp-disk-").FullName;
        using var mount = SmallDisk.TryMount(folder, megabytes: 1, inodes: 20);
        Assert.SkipWhen(mount is null, "A small file system can't be mounted here (needs root)");

        var bytes = Should.Throw<IOException>(() => File.WriteAllBytes(Path.Combine(folder, "big"), new byte[2 << 20]));
        DiskSpace.Explain(bytes, folder).ShouldContain($"the disk at {folder} is full: 0 of 1048576 bytes are free");
        File.Delete(Path.Combine(folder, "big"));
        var inodes = Should.Throw<IOException>(() =>
        {
            for (var number = 0; number < 100; number++)
                File.Create(Path.Combine(folder, $"{number}")).Dispose();
        });
        DiskSpace.Explain(inodes, folder).ShouldContain($"the disk at {folder} is full: it holds as many files as it can, 0 of 20 inodes are free (1048576 of 1048576 bytes are)");
        FileSystemUse.Of(folder).ShouldNotBeNull().Part.ShouldBe(1);
    }
}

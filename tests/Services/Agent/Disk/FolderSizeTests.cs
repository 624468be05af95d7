using System.Diagnostics;
using DataPlatform.Services.Agent.Disk;
using DataPlatform.Services.Agent.Sandboxes;

namespace DataPlatform.Services.Tests.Agent.Disk;

public sealed class FolderSizeTests : IDisposable
{
    private const int Mebibyte = 1 << 20;
    private const int Slack = 1 << 18; // Of the folders themselves.
    private readonly string folder = Directory.CreateTempSubdirectory("dp-folder-size-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Counts_what_files_take_of_the_disk_and_each_once()
    {
        Write("a/b/file", Mebibyte);
        using (var sparse = File.Create(Path.Combine(folder, "sparse")))
            sparse.SetLength(1L << 30);
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "/");
        DataPlatform.Services.Agent.Native.Libc.link(Path.Combine(folder, "a/b/file"), Path.Combine(folder, "again")).ShouldBe(0);

        Measure().ShouldBeInRange(Mebibyte, Mebibyte + Slack);
    }

    [Fact]
    public void A_folder_however_deep_hides_nothing()
    {
        // Deeper than a path can say.
        const int depth = 1500;
        var name = new string('d', 200);
        var script = $"import os\nfor _ in range({depth}):\n os.mkdir('{name}')\n os.chdir('{name}')\nopen('deep', 'wb').write(bytes({Mebibyte}))";
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", script]) { WorkingDirectory = folder })!;
        python.WaitForExit();
        python.ExitCode.ShouldBe(0);

        Measure().ShouldBeGreaterThanOrEqualTo(Mebibyte);
        FolderRemoval.Remove(Path.Combine(folder, name));
    }

    [Fact]
    public void One_name_can_be_left_out_and_a_folder_that_is_gone_holds_nothing()
    {
        Write("kept/file", Mebibyte);
        Write("left/file", Mebibyte);

        Measure("left").ShouldBeInRange(Mebibyte, Mebibyte + Slack);
        var size = new FolderSize();
        size.Add(Path.Combine(folder, "gone"));
        size.Bytes.ShouldBe(0);
    }

    private long Measure(string? except = null)
    {
        var size = new FolderSize();
        size.Add(folder, except);
        return size.Bytes;
    }

    private void Write(string path, int bytes)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, new byte[bytes]);
    }
}

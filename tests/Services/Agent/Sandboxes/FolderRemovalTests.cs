using System.Diagnostics;
using DataPlatform.Services.Agent.Sandboxes;

namespace DataPlatform.Services.Tests.Agent.Sandboxes;

public sealed class FolderRemovalTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("dp-removal-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(root))
            FolderRemoval.Remove(root);
    }

    [Fact]
    public void Removes_what_a_path_can_not_say_and_names_that_are_no_text()
    {
        var folder = Path.Combine(root, "sandbox");
        Perl(folder, "mkdir $ARGV[0]; chdir $ARGV[0]; for (1..150) { mkdir 'd' x 200; chdir 'd' x 200; open F, '>', \"\\xff\\xfe\"; close F; }");

        FolderRemoval.Remove(folder);

        Directory.Exists(folder).ShouldBeFalse();
    }

    [Fact]
    public void Removes_links_and_not_what_they_point_to()
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, "sandbox")).FullName;
        var outside = Directory.CreateDirectory(Path.Combine(root, "outside")).FullName;
        File.WriteAllText(Path.Combine(outside, "file"), "kept");
        File.CreateSymbolicLink(Path.Combine(folder, "link"), outside);
        Directory.CreateDirectory(Path.Combine(folder, "sub"));
        File.CreateSymbolicLink(Path.Combine(folder, "sub", "file"), Path.Combine(outside, "file"));

        FolderRemoval.Remove(folder);

        Directory.Exists(folder).ShouldBeFalse();
        File.ReadAllText(Path.Combine(outside, "file")).ShouldBe("kept");
    }

    [Fact]
    public async Task Never_follows_a_folder_that_is_swapped_for_a_link_meanwhile()
    {
        var outside = Directory.CreateDirectory(Path.Combine(root, "outside")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "file"), "kept");
        using var stop = new CancellationTokenSource();
        var folder = Path.Combine(root, "sandbox");
        var (door, aside) = (Path.Combine(folder, "door"), Path.Combine(root, "aside"));
        // As a task of the same user would: a folder now, a link the next moment.
        var swapping = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Directory.CreateDirectory(door);
                    Directory.Move(door, aside);
                    File.CreateSymbolicLink(door, outside);
                    File.Delete(door);
                    Directory.Delete(aside);
                }
                catch (IOException)
                {
                    // The removal came between.
                }
            }
        });

        for (var round = 0; round < 200; round++)
        {
            Directory.CreateDirectory(folder);
            try
            {
                FolderRemoval.Remove(folder);
            }
            catch (IOException)
            {
                // Made again meanwhile.
            }
        }

        await stop.CancelAsync();
        await swapping;
        File.Exists(Path.Combine(outside, "file")).ShouldBeTrue();
    }

    [Fact]
    public void What_is_gone_already_is_no_fault() => FolderRemoval.Remove(Path.Combine(root, "absent", "deeper"));

    private static void Perl(string folder, string script)
    {
        using var process = Process.Start("perl", ["-e", script, folder]);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
    }
}

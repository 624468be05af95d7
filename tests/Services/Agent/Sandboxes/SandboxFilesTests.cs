using System.Text;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Sandboxes;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataPlatform.Services.Tests.Agent.Sandboxes;

public sealed class SandboxFilesTests : IDisposable
{
    private const string Base = "/frameworks/F/executors/t/runs/latest";
    private readonly string work = Directory.CreateTempSubdirectory("dp-sandbox-").FullName;
    private readonly SandboxPaths paths;
    private readonly SandboxFiles files;
    private readonly string sandbox;

    public SandboxFilesTests()
    {
        paths = new SandboxPaths(work);
        files = new SandboxFiles(paths);
        sandbox = Sandbox.Create(paths, "S0", new TaskKey("F", "t"), "container", owner: null).Path;
        File.WriteAllText(Path.Combine(sandbox, "stdout"), "0123456789");
        File.WriteAllText(Path.Combine(work, "secret"), "secret");
    }

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Theory]
    [InlineData(0, null, "0123456789")]
    [InlineData(4, 3, "456")]
    [InlineData(8, 100, "89")]
    [InlineData(10, 5, "")]
    [InlineData(99, null, "")]
    public void Reads_the_part_asked_for_and_says_the_whole_size(long offset, int? length, string expected)
    {
        var (size, data) = files.Read(Base + "/stdout", offset, length).ShouldNotBeNull();

        size.ShouldBe(10);
        Encoding.UTF8.GetString(data).ShouldBe(expected);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData(Base + "/../../../../../../../../secret")]
    [InlineData(Base + "/absent")]
    [InlineData(Base + "/link-up")]
    [InlineData(Base + "/link-absolute")]
    [InlineData(Base + "/folder-link/secret")]
    [InlineData(Base + "/pipe")]
    [InlineData("/frameworks/F/executors/../../secret/runs/latest/x")]
    [InlineData("")]
    public void Shows_nothing_that_is_outside_or_no_file(string path)
    {
        File.CreateSymbolicLink(Path.Combine(sandbox, "link-up"), "../../../../../../../../secret");
        File.CreateSymbolicLink(Path.Combine(sandbox, "link-absolute"), Path.Combine(work, "secret"));
        File.CreateSymbolicLink(Path.Combine(sandbox, "folder-link"), work);
        System.Diagnostics.Process.Start("mkfifo", Path.Combine(sandbox, "pipe")).WaitForExit();

        files.Read(path, 0, null).ShouldBeNull();
    }

    [Fact]
    public void Lists_a_folder_and_follows_links_that_stay_inside()
    {
        Directory.CreateDirectory(Path.Combine(sandbox, "sub"));
        File.WriteAllText(Path.Combine(sandbox, "sub", "file"), "x");
        File.CreateSymbolicLink(Path.Combine(sandbox, "inside"), "sub/file");

        files.List(Base).ShouldNotBeNull().Select(each => each.Path).ShouldBe([Base + "/inside", Base + "/stderr", Base + "/stdout", Base + "/sub"]);
        files.Read(Base + "/inside", 0, null).ShouldNotBeNull().Size.ShouldBe(1);
        files.List("/etc").ShouldBeNull();
    }

    [Fact]
    public void Never_cuts_a_file_that_a_task_has_linked_in_place_of_its_log()
    {
        var victim = Path.Combine(work, "victim");
        File.WriteAllBytes(victim, new byte[10_000]);
        File.Delete(Path.Combine(sandbox, "stdout"));
        File.CreateSymbolicLink(Path.Combine(sandbox, "stdout"), victim);

        new LogKeeper(100, () => [sandbox], TimeProvider.System, NullLogger.Instance).Rotate(sandbox, "stdout", 100).ShouldBeFalse();

        new FileInfo(victim).Length.ShouldBe(10_000);
    }

    [Fact]
    public void Collects_old_sandboxes_that_nothing_uses_and_the_sooner_the_fuller_the_disk_is()
    {
        var used = Sandbox.Create(paths, "S0", new TaskKey("F", "u"), "in-use", owner: null).Path;
        Directory.SetLastWriteTimeUtc(sandbox, DateTime.UtcNow.AddHours(-2));
        Directory.SetLastWriteTimeUtc(used, DateTime.UtcNow.AddHours(-2));
        var collector = new SandboxCollector(paths, TimeSpan.FromHours(10), 0.1, id => id == "in-use", TimeProvider.System, NullLogger.Instance);

        collector.Collect(used: 0.5).ShouldBeEmpty("4 of 10 hours are allowed");
        collector.Collect(used: 0.8).ShouldBe([sandbox], "1 of 10 hours is allowed");

        Directory.Exists(Path.Combine(paths.Root, "S0", "frameworks", "F", "executors", "t")).ShouldBeFalse();
        Directory.Exists(used).ShouldBeTrue();
        SandboxCollector.AllowedAge(TimeSpan.FromHours(10), 0.1, 0.95).ShouldBe(TimeSpan.Zero);
    }
}

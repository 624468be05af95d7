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
        sandbox = Sandbox.Create(paths, "S0", Running.AgentUnderTest.RunOf("F", "t", "container"), owner: null).Path;
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
        var (size, data) = Read(Base + "/stdout", offset, length).ShouldNotBeNull();

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
    [InlineData(Base + "/stdout\0")]
    [InlineData(Base + "/stdout\0/../../../../../../../../secret")]
    [InlineData("/frameworks/F\0/executors/t/runs/latest/stdout")]
    [InlineData("")]
    public void Shows_nothing_that_is_outside_or_no_file(string path)
    {
        File.CreateSymbolicLink(Path.Combine(sandbox, "link-up"), "../../../../../../../../secret");
        File.CreateSymbolicLink(Path.Combine(sandbox, "link-absolute"), Path.Combine(work, "secret"));
        File.CreateSymbolicLink(Path.Combine(sandbox, "folder-link"), work);
        System.Diagnostics.Process.Start("mkfifo", Path.Combine(sandbox, "pipe")).WaitForExit();

        Read(path, 0, null).ShouldBeNull();
    }

    [Fact]
    public void Lists_a_folder_and_follows_links_that_stay_inside()
    {
        Directory.CreateDirectory(Path.Combine(sandbox, "sub"));
        File.WriteAllText(Path.Combine(sandbox, "sub", "file"), "x");
        File.CreateSymbolicLink(Path.Combine(sandbox, "inside"), "sub/file");

        List(Base).ShouldNotBeNull().Select(each => each.Path).ShouldBe([Base + "/inside", Base + "/stderr", Base + "/stdout", Base + "/sub"]);
        Read(Base + "/inside", 0, null).ShouldNotBeNull().Size.ShouldBe(1);
        List("/etc").ShouldBeNull();
    }

    [Fact]
    public void Takes_the_path_on_the_host_that_older_tools_ask_with()
    {
        Read(sandbox + "/stdout", 0, null).ShouldNotBeNull().Size.ShouldBe(10);
        List(sandbox).ShouldNotBeNull().Select(each => each.Path).ShouldBe([sandbox + "/stderr", sandbox + "/stdout"]);
        Read(Path.Combine(work, "secret"), 0, null).ShouldBeNull();
        Read(paths.Root + "/S0/../../secret", 0, null).ShouldBeNull();
        List(paths.Root).ShouldBeNull();
    }

    [Fact]
    public void Names_owner_group_links_and_kind_of_what_it_lists()
    {
        System.Diagnostics.Process.Start("mkfifo", Path.Combine(sandbox, "pipe")).WaitForExit();

        var listed = List(Base).ShouldNotBeNull().ToDictionary(each => Path.GetFileName(each.Path));

        listed["stdout"].Uid.ShouldBe(Environment.UserName);
        listed["stdout"].Gid.ShouldNotBeNullOrEmpty();
        listed["stdout"].Nlink.ShouldBe(1);
        (listed["stdout"].Mode & 0xF000).ShouldBe(0x8000u);
        (listed["pipe"].Mode & 0xF000).ShouldBe(0x1000u);
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

    private (long Size, byte[] Data)? Read(string path, long offset, long? length) =>
        files.Find(path) is { } place ? SandboxFiles.Read(place, offset, length) : null;

    private IReadOnlyList<Core.Protocol.Mesos.FileInfo>? List(string path) => files.Find(path) is { } place ? SandboxFiles.List(place) : null;
}

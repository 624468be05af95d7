using DataPlatform.Services.Agent.Sandboxes;

namespace DataPlatform.Services.Tests.Agent.Sandboxes;

public sealed class SandboxLinkTests : IDisposable
{
    private readonly string sandbox = Directory.CreateTempSubdirectory("dp-links-").FullName;
    private readonly string outside = Directory.CreateTempSubdirectory("dp-links-").FullName;

    public void Dispose()
    {
        Directory.Delete(sandbox, recursive: true);
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public void Is_made_with_the_folders_on_the_way_and_once_more_without_effect()
    {
        SandboxLink.Make(sandbox, "a/b/data", "/volume", null);
        SandboxLink.Make(sandbox, "a/b/data", "/volume", null);

        new FileInfo(Path.Combine(sandbox, "a", "b", "data")).LinkTarget.ShouldBe("/volume");
    }

    [Fact]
    public void Takes_nobodys_place()
    {
        File.WriteAllText(Path.Combine(sandbox, "file"), "kept");
        File.CreateSymbolicLink(Path.Combine(sandbox, "link"), "/elsewhere");

        Should.Throw<IOException>(() => SandboxLink.Make(sandbox, "file", "/volume", null)).Message.ShouldBe("a file is at 'file' in the executor's sandbox already");
        Should.Throw<IOException>(() => SandboxLink.Make(sandbox, "link", "/volume", null)).Message.ShouldBe("a link is at 'link' in the executor's sandbox already");
        File.ReadAllText(Path.Combine(sandbox, "file")).ShouldBe("kept");
    }

    [Fact]
    public void Goes_through_no_link_that_the_task_has_put_on_the_way()
    {
        File.CreateSymbolicLink(Path.Combine(sandbox, "way"), outside);
        File.CreateSymbolicLink(Path.Combine(outside, "data"), "/volume");

        Should.Throw<IOException>(() => SandboxLink.Make(sandbox, "way/other", "/volume", null));
        SandboxLink.Remove(sandbox, "way/data", "/volume");

        Directory.GetFileSystemEntries(outside).ShouldBe([Path.Combine(outside, "data")]);
    }

    [Fact]
    public void Is_removed_where_it_still_leads_there_and_nothing_else_is()
    {
        SandboxLink.Make(sandbox, "ours", "/volume", null);
        File.CreateSymbolicLink(Path.Combine(sandbox, "theirs"), "/elsewhere");
        File.WriteAllText(Path.Combine(sandbox, "file"), "");

        foreach (var path in (string[])["ours", "theirs", "file", "absent", "absent/below"])
            SandboxLink.Remove(sandbox, path, "/volume");

        Directory.GetFileSystemEntries(sandbox).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ShouldBe(["file", "theirs"]);
    }
}

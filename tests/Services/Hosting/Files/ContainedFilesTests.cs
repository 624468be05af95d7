using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Tests.Hosting.Files;

public sealed class ContainedFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("dp-contained-").FullName;

    public ContainedFilesTests()
    {
        Directory.CreateDirectory(In("inside"));
        File.WriteAllText(In("inside/file"), "text");
        File.CreateSymbolicLink(In("link"), "inside/file");
        File.CreateSymbolicLink(In("folder"), "inside");
        File.CreateSymbolicLink(In("out"), "/etc/passwd");
    }

    [Theory]
    [InlineData("inside/file", true, true)]
    [InlineData("link", true, false)]
    [InlineData("folder/file", true, false)]
    [InlineData("out", false, false)]
    [InlineData("../etc/passwd", false, false)]
    public void A_path_is_held_in_its_folder_and_on_wish_to_what_is_no_link(string path, bool withLinks, bool without)
    {
        foreach (var (followLinks, expected) in ((bool, bool)[])[(true, withLinks), (false, without)])
        {
            var opened = Open(path, followLinks);
            (opened.File is not null, opened.LeavesTheFolder).ShouldBe((expected, !expected));
            opened.File?.Dispose();
        }
    }

    [Fact]
    public void Says_what_is_not_there_and_what_is_no_file()
    {
        Open("absent").ShouldSatisfyAllConditions(opened => opened.IsMissing.ShouldBeTrue(), opened => opened.Reason.ShouldBe("No such file or directory"));
        Open("inside/file/deeper").IsMissing.ShouldBeTrue();
        Open("inside").Kind.ShouldBe("folder");
        using var devices = ContainedFiles.OpenRoot("/dev").ShouldNotBeNull();
        ContainedFiles.OpenRead(devices, "null", followLinks: false).ShouldSatisfyAllConditions(opened => opened.Kind.ShouldBe("device"), opened => opened.File.ShouldBeNull());
    }

    [Fact]
    public void Lists_a_folder_with_what_the_kernel_says_of_each_and_never_looks_through_a_link()
    {
        using var opened = ContainedFiles.OpenFolder(folder, "").ShouldNotBeNull();
        ContainedFiles.In(opened).Select(entry => (entry.Name, entry.Status.Kind)).OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .ShouldBe([("folder", "link"), ("inside", "folder"), ("link", "link"), ("out", "link")]);
    }

    [Theory]
    [InlineData(0, 0, "1970-01-01T00:00:00.0000000+00:00")]
    [InlineData(1_777_777_777, 123_456_700, "2026-05-03T03:09:37.1234567+00:00")]
    [InlineData(long.MinValue, 0, "0001-01-01T00:00:00.0000000+00:00")]
    [InlineData(long.MaxValue, 999_999_999, "9999-12-31T23:59:59.9999999+00:00")]
    public void Whatever_time_its_owner_gave_a_file_is_a_time(long seconds, uint nanoseconds, string expected) =>
        new FileStatus(0, 1, 0, 0, 0, seconds, nanoseconds).ModifiedAt.ToString("o").ShouldBe(expected);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string path) => Path.Combine(folder, path);

    private ContainedFile Open(string path, bool followLinks = true)
    {
        using var root = ContainedFiles.OpenRoot(folder).ShouldNotBeNull();
        return ContainedFiles.OpenRead(root, path, followLinks);
    }
}

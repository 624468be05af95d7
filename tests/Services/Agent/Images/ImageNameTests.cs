using DataPlatform.Services.Agent.Images;

namespace DataPlatform.Services.Tests.Agent.Images;

public sealed class ImageNameTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("alpine", "", "alpine", "latest", "")]
    [InlineData("team/app:1.2", "", "team/app", "1.2", "")]
    [InlineData("registry.example.org:5000/team/app:v1", "registry.example.org:5000", "team/app", "v1", "")]
    [InlineData("localhost/app", "localhost", "app", "latest", "")]
    [InlineData("app@" + Digest, "", "app", "", Digest)]
    public void Reads_a_name_as_Docker_does(string text, string host, string path, string tag, string digest) =>
        ImageName.Parse(text).ShouldBe(new ImageName(host, path, tag, digest));

    [Theory, InlineData(""), InlineData("UPPER"), InlineData("../app"), InlineData("a//b"), InlineData("/etc/passwd"), InlineData("app:"), InlineData("app:a b"), InlineData("--root"), InlineData("app\n"), InlineData("app@sha256:12")]
    public void Knows_what_is_no_name(string text) => ImageName.Parse(text).ShouldBeNull();

    [Fact]
    public void The_official_registry_s_own_images_have_a_folder_there()
    {
        var official = (ImageSource.Registry)ImageSource.Parse("https://registry-1.docker.io")!;
        var other = (ImageSource.Registry)ImageSource.Parse("http://127.0.0.1:5000")!;

        official.ReferenceTo(ImageName.Parse("alpine")!).ShouldBe("docker.io/library/alpine:latest");
        official.ReferenceTo(ImageName.Parse("team/app:2")!).ShouldBe("docker.io/team/app:2");
        other.ReferenceTo(ImageName.Parse("app@" + Digest)!).ShouldBe("127.0.0.1:5000/app@" + Digest);
        other.Plain.ShouldBeTrue();
        other.ReferenceTo(ImageName.Parse("quay.io/app")!).ShouldBeNull("that is another registry");
    }

    [Fact]
    public void An_archive_bears_the_name_of_its_image()
    {
        var folder = (ImageSource.Folder)ImageSource.Parse("/srv/images/")!;

        folder.ArchivesOf(ImageName.Parse("team/app")!).ShouldBe(["/srv/images/team/app:latest.tar", "/srv/images/team/app.tar"]);
        folder.ArchivesOf(ImageName.Parse("app:1")!).ShouldBe(["/srv/images/app:1.tar"]);
        folder.ArchivesOf(ImageName.Parse("app@" + Digest)!).ShouldBeEmpty();
    }

    [Theory, InlineData("images"), InlineData("ftp://example.org"), InlineData("https://user:secret@example.org"), InlineData("https://example.org/path")]
    public void Knows_what_is_no_source(string text) => ImageSource.Parse(text).ShouldBeNull();
}

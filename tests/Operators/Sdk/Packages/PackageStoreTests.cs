using System.Formats.Tar;
using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Packages;

public sealed class PackageStoreTests : IDisposable
{
    private const string JarPath = "org/example/tool/1.0/tool-1.0.jar";
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Takes_files_from_a_repository_folder_and_then_from_the_store()
    {
        WritePackage("jar");
        folder.Write($"repository/{JarPath}", "jar");
        var seen = new List<ResolveProgress>();

        var first = (await Store().ResolveAsync(folder.Below("package"), new Recorder(seen), Cancellation)).ShouldBeOfType<PackageResolution.Resolved>();
        Directory.Delete(folder.Below("repository"), recursive: true);
        var second = (await Store().ResolveAsync(folder.Below("package"), null, Cancellation)).ShouldBeOfType<PackageResolution.Resolved>();

        second.Jars.ShouldBe(first.Jars);
        second.JarsArchive.ShouldBe(first.JarsArchive);
        first.Jars.ShouldHaveSingleItem().FileName.ShouldBe("tool-1.0.jar");
        seen.ShouldContain(new ResolveProgress(1, 1, 3, "tool-1.0.jar"));
    }

    [Fact]
    public async Task Packs_the_files_of_a_lock_for_one_fetch()
    {
        WritePackage("jar");
        folder.Write($"repository/{JarPath}", "jar");
        var store = Store();

        var resolved = (PackageResolution.Resolved)await store.ResolveAsync(folder.Below("package"), null, Cancellation);

        using var tar = new TarReader(File.OpenRead(store.Content.PathOf(resolved.JarsArchive!.Digest)));
        var entry = tar.GetNextEntry(copyData: true).ShouldNotBeNull();
        (entry.Name, entry.Length).ShouldBe(("tool-1.0.jar", 3));
        tar.GetNextEntry().ShouldBeNull();
    }

    [Fact]
    public async Task Refuses_a_file_that_does_not_match_its_lock_and_names_it()
    {
        WritePackage("jar");
        folder.Write($"repository/{JarPath}", "tampered");

        var refused = (await Store().ResolveAsync(folder.Below("package"), null, Cancellation)).ShouldBeOfType<PackageResolution.Refused>();

        refused.Problems.ShouldHaveSingleItem().Item.ShouldBe(JarPath);
        refused.Reason.ShouldContain(Digest.Of("tampered"u8).ToString());
        Directory.GetFiles(folder.Below("store", "sha256"), "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_what_can_not_be_had_and_what_to_configure()
    {
        WritePackage("jar");
        Directory.CreateDirectory(folder.Below("repository"));

        var refused = (await Store("/nonexistent/mvn").ResolveAsync(folder.Below("package"), null, Cancellation)).ShouldBeOfType<PackageResolution.Refused>();

        refused.Reason.ShouldContain(JarPath);
        refused.Reason.ShouldContain("/nonexistent/mvn can't be started");
        refused.Reason.ShouldContain("--maven-repository");
    }

    [Fact]
    public async Task Asks_Maven_for_what_no_folder_has()
    {
        WritePackage("jar");
        // Stands in for Maven: puts the file where the local repository was asked to be, as the real one does.
        var maven = folder.Write("mvn", $"""
            #!/bin/sh
            for argument in "$@"; do case "$argument" in -Dmaven.repo.local=*) repository="${"{"}argument#*={"}"}";; esac; done
            mkdir -p "$repository/{Path.GetDirectoryName(JarPath)}"
            printf jar > "$repository/{JarPath}"
            """);
        File.SetUnixFileMode(maven, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var resolution = await Store(maven).ResolveAsync(folder.Below("package"), null, Cancellation);

        resolution.ShouldBeOfType<PackageResolution.Resolved>().Jars.ShouldHaveSingleItem().Digest.ShouldBe(Digest.Of("jar"u8));
    }

    [Fact]
    public async Task Tells_what_Maven_complained_of()
    {
        WritePackage("jar");
        var maven = folder.Write("mvn", "#!/bin/sh\necho '[ERROR] Could not transfer artifact org.example:tool:jar:1.0: Unknown host'\nexit 1\n");
        File.SetUnixFileMode(maven, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var refused = (await Store(maven).ResolveAsync(folder.Below("package"), null, Cancellation)).ShouldBeOfType<PackageResolution.Refused>();

        refused.Reason.ShouldContain("Could not transfer artifact org.example:tool:jar:1.0: Unknown host");
    }

    [Fact]
    public async Task Refuses_a_malformed_package_with_its_reason()
    {
        folder.Write("package/package.json", "{}");

        var refused = (await Store().ResolveAsync(folder.Below("package"), null, Cancellation)).ShouldBeOfType<PackageResolution.Refused>();

        refused.Reason.ShouldContain("'name' must be a text");
    }

    [Fact]
    public async Task Opens_content_only_with_its_own_key()
    {
        var store = Store();
        var artifact = await store.PutAsync("content"u8.ToArray(), "spark.conf", Cancellation);
        var key = artifact.Url.Query["?key=".Length..];

        store.Open(artifact.Digest.ToString(), key).ShouldBe(store.Content.PathOf(artifact.Digest));
        store.Open(artifact.Digest.ToString(), "wrong").ShouldBeNull();
        store.Open(Digest.Of("absent"u8).ToString(), key).ShouldBeNull();
        store.Open("../secret", key).ShouldBeNull();
    }

    public void Dispose() => folder.Dispose();

    private PackageStore Store(string maven = "mvn") => new(
        new() { Folder = folder.Below("store"), MavenRepository = folder.Below("repository"), MavenProgram = maven }, () => new("http://127.0.0.1:8080/"));

    private void WritePackage(string jar)
    {
        folder.Write("package/package.json", """{"name":"trial","title":"Trial","description":"For tests","version":"1.0"}""");
        folder.Write("package/pom.xml", "<project/>");
        folder.Write("package/lock.sha256", $"{Digest.Of(System.Text.Encoding.UTF8.GetBytes(jar))}  {JarPath}\n");
    }

    private sealed class Recorder(List<ResolveProgress> seen) : IProgress<ResolveProgress>
    {
        public void Report(ResolveProgress value) => seen.Add(value);
    }
}

using System.Formats.Tar;
using DataPlatform.Operators.Sdk.Artifacts;
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
        var seen = new List<ArtifactProgress>();

        var first = (await Store().ResolveAsync(Needs, new Recorder(seen), Cancellation)).ShouldBeOfType<ArtifactResolution.Ready>();
        Directory.Delete(folder.Below("repository"), recursive: true);
        var second = (await Store().ResolveAsync(Needs, null, Cancellation)).ShouldBeOfType<ArtifactResolution.Ready>();

        second.Artifacts.Jars.ShouldBe(first.Artifacts.Jars);
        second.Artifacts.JarsArchive.ShouldBe(first.Artifacts.JarsArchive);
        first.Artifacts.Jars.ShouldHaveSingleItem().Name.ShouldBe("tool-1.0.jar");
        seen.ShouldContain(new ArtifactProgress("tool-1.0.jar", 1, 1, 3));
    }

    [Fact]
    public async Task Packs_the_files_of_a_lock_for_one_fetch()
    {
        WritePackage("jar");
        folder.Write($"repository/{JarPath}", "jar");
        var store = Store();

        var resolved = (ArtifactResolution.Ready)await store.ResolveAsync(Needs, null, Cancellation);

        using var tar = new TarReader(File.OpenRead(store.Content.PathOf(Digest.Parse(resolved.Artifacts.JarsArchive!.Digest))));
        var entry = tar.GetNextEntry(copyData: true).ShouldNotBeNull();
        (entry.Name, entry.Length).ShouldBe(("tool-1.0.jar", 3));
        tar.GetNextEntry().ShouldBeNull();
    }

    [Fact]
    public async Task Refuses_a_file_that_does_not_match_its_lock_and_names_it()
    {
        WritePackage("jar");
        folder.Write($"repository/{JarPath}", "tampered");

        var refused = (await Store().ResolveAsync(Needs, null, Cancellation)).ShouldBeOfType<ArtifactResolution.Mismatched>();

        refused.Reason.ShouldContain(JarPath);
        refused.Reason.ShouldContain(Digest.Of("jar"u8).ToString());
        refused.Reason.ShouldContain(Digest.Of("tampered"u8).ToString());
        Directory.GetFiles(folder.Below("store", "sha256"), "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Names_what_can_not_be_had_and_what_to_configure()
    {
        WritePackage("jar");
        Directory.CreateDirectory(folder.Below("repository"));

        var refused = (await Store("/nonexistent/mvn").ResolveAsync(Needs, null, Cancellation)).ShouldBeOfType<ArtifactResolution.Unavailable>();

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

        var resolution = await Store(maven).ResolveAsync(Needs, null, Cancellation);

        resolution.ShouldBeOfType<ArtifactResolution.Ready>().Artifacts.Jars.ShouldHaveSingleItem().Digest.ShouldBe(Digest.Of("jar"u8).ToString());
    }

    [Fact]
    public async Task Tells_what_Maven_complained_of()
    {
        WritePackage("jar");
        var maven = folder.Write("mvn", "#!/bin/sh\necho '[ERROR] Could not transfer artifact org.example:tool:jar:1.0: Unknown host'\nexit 1\n");
        File.SetUnixFileMode(maven, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var refused = (await Store(maven).ResolveAsync(Needs, null, Cancellation)).ShouldBeOfType<ArtifactResolution.Unavailable>();

        refused.Reason.ShouldContain("Could not transfer artifact org.example:tool:jar:1.0: Unknown host");
    }

    [Fact]
    public async Task Refuses_a_malformed_package_with_its_reason()
    {
        folder.Write("package/pom.xml", "<project/>");
        folder.Write("package/lock.sha256", "no digest\n");

        var refused = (await Store().ResolveAsync(Needs, null, Cancellation)).ShouldBeOfType<ArtifactResolution.Unavailable>();

        refused.Reason.ShouldContain("lock.sha256:1: expected");
    }

    [Fact]
    public async Task Opens_content_only_with_its_own_key()
    {
        var store = Store();
        var artifact = await store.PutAsync("spark.conf", "content"u8.ToArray(), Cancellation);
        var key = new Uri(artifact.Url).Query["?key=".Length..];

        store.Open(artifact.Digest, key).ShouldBe(store.Content.PathOf(Digest.Of("content"u8)));
        store.Open(artifact.Digest, "wrong").ShouldBeNull();
        store.Open(Digest.Of("absent"u8).ToString(), key).ShouldBeNull();
        store.Open("../secret", key).ShouldBeNull();
    }

    [Fact]
    public async Task Says_at_once_what_is_known_to_be_absent_and_forgets_it_when_it_comes()
    {
        WritePackage("jar");
        var store = Store("/nonexistent/mvn");

        store.Unavailable(Needs).ShouldNotBeNull().ShouldContain(JarPath);
        folder.Write($"repository/{JarPath}", "tampered");
        await store.ResolveAsync(Needs, null, Cancellation);
        store.Unavailable(Needs).ShouldNotBeNull().ShouldContain("has sha256");
        folder.Write($"repository/{JarPath}", "jar");
        await store.ResolveAsync(Needs, null, Cancellation);
        store.Unavailable(Needs).ShouldBeNull();
    }

    [Fact]
    public async Task Asks_nothing_for_a_package_of_system_programs() =>
        (await Store().ResolveAsync(Needs with { Jars = false }, null, Cancellation)).ShouldBe(new ArtifactResolution.Ready(ResolvedArtifacts.None));

    [Fact]
    public async Task A_program_that_takes_its_time_to_write_the_archive_of_its_classes_is_given_it()
    {
        WritePackage("jar");
        folder.Write($"repository/{JarPath}", "jar");
        var needs = Needs with { Training = new ClassTraining("jars", [new TrainedProgram("server", [], "jars/*", ["Main"], new Dictionary<string, string>(), "serves")]) };
        // Serves at once, and needs more than ten seconds from being asked to end until its archive is there.
        WriteJava("""
            trap 'sleep 11; echo classes > "$archive"; exit 143' TERM
            echo serves
            while :; do sleep 0.1; done
            """);
        await using var store = TrainingStore(out var problems);

        var made = await TrainedAsync(store, needs, problems, 1);

        problems.ShouldBeEmpty();
        made.ClassArchives.Keys.ShouldBe(["server"]);
    }

    [Fact]
    public async Task A_program_that_needs_files_and_ports_for_its_archive_finds_them_and_its_script_gets_the_line()
    {
        WritePackage("jar");
        folder.Write($"repository/{JarPath}", "jar");
        var program = new TrainedProgram("server", [], "engine/jars/*", ["Main", "{{ ports.spare }}"], new Dictionary<string, string>(), "serves at")
        {
            Ports = ["spare"], Script = "begin.sh",
            Files = new Dictionary<string, TrainedFile>
            {
                ["begin.sh"] = new("echo \"{{ as it is }}\" > said; exec \"$@\"", IsTemplate: false), ["etc/port"] = new("{{ ports.spare }}", IsTemplate: true),
            },
        };
        WriteJava("""
            [ "$(cat said)" = "{{ as it is }}" ] && [ "$(cat etc/port)" -gt 0 ] && ls engine/jars/*.jar > /dev/null && touch etc/own || exit 1
            for argument in "$@"; do last=$argument; done
            [ "$last" = "$(cat etc/port)" ] || exit 1
            echo classes > "$archive"
            echo "serves at $last"
            """);
        await using var store = TrainingStore(out var problems);

        var made = await TrainedAsync(store, Needs with { Training = new ClassTraining("engine/jars", [program, program with { Name = "other" }]) }, problems, 2);

        problems.ShouldBeEmpty();
        made.ClassArchives.Keys.ShouldBe(["other", "server"]);
    }

    public void Dispose() => folder.Dispose();

    private ArtifactNeeds Needs => new("trial", folder.Below("package"), Jars: true, Python: false);

    /// <summary>Stands in for Java; it is asked as well whether it can use an archive.</summary>
    private void WriteJava(string script)
    {
        folder.Write("java/release", "trial");
        var java = folder.Write("java/bin/java", "#!/bin/sh\nfor argument in \"$@\"; do case \"$argument\" in -XX:ArchiveClassesAtExit=*) archive=\"${argument#*=}\";; esac; done\n[ -n \"$archive\" ] || exit 0\n" + script);
        File.SetUnixFileMode(java, File.GetUnixFileMode(java) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    private PackageStore TrainingStore(out List<string> problems)
    {
        problems = [];
        return new PackageStore(
            new()
            {
                Folder = folder.Below("store"), MavenRepository = folder.Below("repository"), JavaProgram = folder.Below("java/bin/java"), User = Environment.UserName,
                ClassArchivesAfter = TimeSpan.Zero, Report = problems.Add,
            },
            () => new("http://127.0.0.1:8080/"));
    }

    private static async Task<ResolvedArtifacts> TrainedAsync(PackageStore store, ArtifactNeeds needs, List<string> problems, int programs)
    {
        while (true)
        {
            var made = ((ArtifactResolution.Ready)await store.ResolveAsync(needs, null, Cancellation)).Artifacts;
            if (made.ClassArchives.Count >= programs || problems.Count > 0)
                return made;
            await Task.Delay(100, Cancellation);
        }
    }

    private PackageStore Store(string maven = "mvn") => new(
        new() { Folder = folder.Below("store"), MavenRepository = folder.Below("repository"), MavenProgram = maven }, () => new("http://127.0.0.1:8080/"));

    private void WritePackage(string jar)
    {
        folder.Write("package/pom.xml", "<project/>");
        folder.Write("package/lock.sha256", $"{Digest.Of(System.Text.Encoding.UTF8.GetBytes(jar))}  {JarPath}\n");
    }

    private sealed class Recorder(List<ArtifactProgress> seen) : IProgress<ArtifactProgress>
    {
        public void Report(ArtifactProgress value) => seen.Add(value);
    }
}

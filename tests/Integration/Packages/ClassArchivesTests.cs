using System.Diagnostics;
using System.Formats.Tar;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Packages;
using DataPlatform.Integration.Tests.Operators;

namespace DataPlatform.Integration.Tests.Packages;

/// <summary>Archives of the classes of real programs, made by the store and used by a virtual machine in another folder.</summary>
public sealed class ClassArchivesTests : IDisposable
{
    // Half a minute where nothing else runs; programs are trained when nobody else wants the processor.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(12);

    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("dp-class-archives-");
    private readonly List<string> problems = [];

    [Fact]
    public async Task A_program_that_was_trained_takes_its_classes_from_the_archive_in_any_sandbox()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        await using var store = Store();
        var made = await TrainedAsync(store, ShippedPackage.Read("spark").Needs([]), patience.Token);

        problems.ShouldBeEmpty();
        made.ClassArchives.Keys.Order(StringComparer.Ordinal).ShouldBe(["connect", "master", "worker"]);
        var sandbox = Unpack(store.Content.PathOf(Digest.Parse(made.JarsArchive!.Digest)));
        (await ClassesAsync(sandbox, store.Content.PathOf(Digest.Parse(made.ClassArchives["master"].Digest)), patience.Token))
            .ShouldContain(line => line.Contains("org.apache.spark.deploy.master.Master ", StringComparison.Ordinal) && line.Contains("shared objects file (top)", StringComparison.Ordinal));
        // As they come out of an agent's cache; with any other time the virtual machine would not trust the archive.
        foreach (var jar in Directory.EnumerateFiles(Path.Combine(sandbox, "spark", "jars")))
            File.SetLastWriteTimeUtc(jar, FetchedFiles.Time.AddDays(1));
        (await ClassesAsync(sandbox, store.Content.PathOf(Digest.Parse(made.ClassArchives["master"].Digest)), patience.Token))
            .ShouldNotContain(line => line.Contains("shared objects file (top)", StringComparison.Ordinal));
    }

    /// <summary>A file for Kafka and Cassandra, a file system for Hadoop, a folder for Spark's history.</summary>
    [Theory]
    [InlineData("kafka", "node")]
    [InlineData("cassandra", "node")]
    [InlineData("hdfs", "datanode", "namenode-server")]
    [InlineData("spark-history", "server")]
    public async Task Programs_that_need_something_to_serve_have_it_when_they_are_run_for_their_archives(string package, params string[] programs)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        await using var store = Store();
        var made = await TrainedAsync(store, ShippedPackage.Read(package).Needs([]), patience.Token);
        problems.ShouldBeEmpty();
        made.ClassArchives.Keys.Order(StringComparer.Ordinal).ShouldBe(programs);
    }

    public void Dispose() => scratch.Delete(recursive: true);

    private PackageStore Store()
    {
        var repository = Environment.GetEnvironmentVariable("DP_CONTROL_PLANE_MAVEN_REPOSITORY");
        Assert.SkipWhen(repository is null, "no Maven repository folder: set DP_CONTROL_PLANE_MAVEN_REPOSITORY, or run ./dp test beside ../shared");
        return new PackageStore(
            new() { Folder = Path.Combine(scratch.FullName, "store"), MavenRepository = repository, ClassArchivesAfter = TimeSpan.Zero, Report = problems.Add },
            () => new("http://127.0.0.1:8080/"));
    }

    private async Task<ResolvedArtifacts> TrainedAsync(PackageStore store, ArtifactNeeds needs, CancellationToken cancellation)
    {
        needs = needs with { Python = false };
        var made = await ResolveAsync(store, needs, cancellation);
        made.ClassArchives.ShouldBeEmpty();
        while (made.ClassArchives.Count < needs.Training!.Programs.Count && problems.Count == 0)
        {
            await Task.Delay(100, cancellation);
            made = await ResolveAsync(store, needs, cancellation);
        }

        return made;
    }

    private static async Task<ResolvedArtifacts> ResolveAsync(PackageStore store, ArtifactNeeds needs, CancellationToken cancellation) =>
        (await store.ResolveAsync(needs, null, cancellation)).ShouldBeOfType<ArtifactResolution.Ready>().Artifacts;

    private string Unpack(string jars)
    {
        var sandbox = Path.Combine(scratch.FullName, "sandbox");
        var folder = Directory.CreateDirectory(Path.Combine(sandbox, "spark", "jars")).FullName;
        TarFile.ExtractToDirectory(jars, folder, overwriteFiles: false);
        foreach (var jar in Directory.EnumerateFiles(folder))
            File.SetLastWriteTimeUtc(jar, FetchedFiles.Time);
        return sandbox;
    }

    /// <summary>Where the master's classes come from; it ends at once, as what it is told makes no sense to it.</summary>
    private static async Task<IReadOnlyList<string>> ClassesAsync(string sandbox, string archive, CancellationToken cancellation)
    {
        using var java = Process.Start(new ProcessStartInfo("/usr/bin/java", [
            .. ShippedPackage.Read("spark").Declaration.JavaOptions,
            $"-XX:SharedArchiveFile={archive}", "-Xshare:auto", "-Xlog:class+load", "-XX:+UseSerialGC", "-cp", "spark/jars/*", "org.apache.spark.deploy.master.Master", "--no-such-option"])
        {
            WorkingDirectory = sandbox, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = java.StandardError.ReadToEndAsync(cancellation);
        var said = await java.StandardOutput.ReadToEndAsync(cancellation);
        await java.WaitForExitAsync(cancellation);
        (await errors).ShouldContain("Usage: Master");
        return said.Split('\n');
    }
}

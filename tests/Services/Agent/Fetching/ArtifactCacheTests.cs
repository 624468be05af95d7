using DataPlatform.Services.Agent.Fetching;

namespace DataPlatform.Services.Tests.Agent.Fetching;

public sealed class ArtifactCacheTests : IDisposable
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private readonly string root = Directory.CreateTempSubdirectory("dp-cache-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Lets_go_of_what_was_used_longest_ago_but_never_of_what_a_task_uses()
    {
        var cache = new ArtifactCache(Path.Combine(root, "cache"), capacity: 250);
        var run = Directory.CreateDirectory(Path.Combine(root, "run")).FullName;
        var (used, old, recent) = (Digest('a'), Digest('b'), Digest('c'));
        Add(cache, used, age: 3);
        Add(cache, old, age: 2);
        Add(cache, recent, age: 1);
        await cache.AddUserAsync("container", run, [used], CancellationToken.None);

        (await cache.EvictAsync(CancellationToken.None)).ShouldBe(100);

        File.Exists(cache.FilePath(used)).ShouldBeTrue();
        File.Exists(cache.FilePath(old)).ShouldBeFalse();
        File.Exists(cache.FilePath(recent)).ShouldBeTrue();
    }

    [Fact]
    public async Task An_artifact_is_free_again_when_its_task_is_over()
    {
        var cache = new ArtifactCache(Path.Combine(root, "cache"), capacity: 50);
        var run = Directory.CreateDirectory(Path.Combine(root, "run")).FullName;
        Add(cache, Digest('a'), age: 1);
        await cache.AddUserAsync("container", run, [Digest('a')], CancellationToken.None);
        (await cache.EvictAsync(CancellationToken.None)).ShouldBe(0);

        Directory.Delete(run);

        (await cache.EvictAsync(CancellationToken.None)).ShouldBe(100);
    }

    [Fact]
    public async Task Counts_and_lets_go_of_unpacked_folders()
    {
        var cache = new ArtifactCache(Path.Combine(root, "cache"), capacity: 50);
        var incoming = Directory.CreateDirectory(cache.NewIncoming()).FullName;
        await File.WriteAllTextAsync(Path.Combine(incoming, "file"), "content");
        ArtifactSeal.Put(Path.Combine(incoming, "file"));
        var folder = cache.AddFolder(Digest('d'), incoming, bytes: 70, CancellationToken.None).Path;

        (await cache.EvictAsync(CancellationToken.None)).ShouldBe(70);

        Directory.Exists(folder).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_one_holds_the_lock_of_a_digest_of_one_server()
    {
        var cache = new ArtifactCache(Path.Combine(root, "cache"), capacity: 50);
        var first = await cache.LockAsync(Digest('a'), "server", CancellationToken.None);
        var second = cache.LockAsync(Digest('a'), "server", CancellationToken.None);
        second.IsCompleted.ShouldBeFalse();
        (await cache.LockAsync(Digest('a'), "another", CancellationToken.None)).Dispose();

        first.Dispose();

        (await second.WaitAsync(TimeSpan.FromSeconds(10))).Dispose();
    }

    private static string Digest(char letter) => new(letter, 64);

    private void Add(ArtifactCache cache, string digest, int age)
    {
        var complete = cache.NewIncoming();
        File.WriteAllBytes(complete, new byte[100]);
        File.SetLastAccessTimeUtc(cache.AddFile(digest, complete), Start.AddHours(-age));
    }
}

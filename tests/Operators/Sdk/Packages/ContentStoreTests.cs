using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Packages;

public sealed class ContentStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keeps_content_under_its_digest()
    {
        var store = new ContentStore(folder.Below("store"));

        var digest = await store.PutAsync("abc"u8.ToArray(), Cancellation);

        digest.ShouldBe(Digest.Of("abc"u8));
        (await store.FindAsync(digest, Cancellation)).ShouldBe(3);
        File.ReadAllText(folder.Below("store", "sha256", digest.ToString()[..2], digest.ToString())).ShouldBe("abc");
        Directory.GetFiles(folder.Below("store", "scratch"), "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Refuses_a_file_with_another_digest_and_keeps_nothing_of_it()
    {
        var store = new ContentStore(folder.Below("store"));
        var path = folder.Write("x.jar", "tampered");

        var found = await store.AdoptAsync(path, Digest.Of("abc"u8), Cancellation);

        found.ShouldBe(Digest.Of("tampered"u8));
        (await store.FindAsync(Digest.Of("abc"u8), Cancellation)).ShouldBeNull();
        File.Exists(path).ShouldBeTrue();
        Directory.GetFiles(folder.Below("store", "scratch"), "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Drops_an_item_that_was_damaged_on_disk()
    {
        var digest = await new ContentStore(folder.Below("store")).PutAsync("abc"u8.ToArray(), Cancellation);
        var reopened = new ContentStore(folder.Below("store"));
        File.WriteAllText(reopened.PathOf(digest), "axc");

        (await reopened.FindAsync(digest, Cancellation)).ShouldBeNull();
        File.Exists(reopened.PathOf(digest)).ShouldBeFalse();
    }

    [Fact]
    public async Task Takes_the_same_file_from_many_writers_at_once()
    {
        var path = folder.Write("x.jar", "abc");
        var digest = Digest.Of("abc"u8);
        var stores = Enumerable.Range(0, 4).Select(_ => new ContentStore(folder.Below("store"))).ToList();

        var found = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => stores[i % 4].AdoptAsync(path, digest, Cancellation))));

        found.ShouldAllBe(other => other == null);
        (await stores[0].FindAsync(digest, Cancellation)).ShouldBe(3);
        Directory.GetFiles(folder.Below("store", "scratch"), "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public void Removes_what_a_crash_left_a_day_ago_and_nothing_younger()
    {
        var old = Directory.CreateDirectory(folder.Below("store", "scratch", "old")).FullName;
        var young = Directory.CreateDirectory(folder.Below("store", "scratch", "young")).FullName;
        File.WriteAllText(Path.Combine(old, "half"), "x");
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-25));

        _ = new ContentStore(folder.Below("store"));

        Directory.Exists(old).ShouldBeFalse();
        Directory.Exists(young).ShouldBeTrue();
    }

    public void Dispose() => folder.Dispose();
}

using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Packages;

public sealed class StoreUrlsTests : IDisposable
{
    private static readonly Digest Known = Digest.Of("abc"u8);
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Makes_an_address_that_carries_its_key_and_its_digest()
    {
        var urls = StoreUrls.Open(folder.Path);

        var url = urls.UrlOf(new("http://127.0.0.1:8080/"), Known);

        url.AbsolutePath.ShouldBe($"/store/sha256/{Known}");
        url.Fragment.ShouldBe($"#sha256={Known}");
        urls.Verify(Known, url.Query["?key=".Length..]).ShouldBeTrue();
    }

    [Fact]
    public void Refuses_the_key_of_other_content()
    {
        var urls = StoreUrls.Open(folder.Path);

        urls.Verify(Digest.Of("other"u8), urls.KeyOf(Known)).ShouldBeFalse();
        urls.Verify(Known, null).ShouldBeFalse();
        urls.Verify(Known, "").ShouldBeFalse();
    }

    [Fact]
    public void Keeps_one_secret_for_a_folder_that_only_its_owner_reads()
    {
        var keys = Enumerable.Range(0, 8).AsParallel().Select(_ => StoreUrls.Open(folder.Path).KeyOf(Known)).ToList();

        keys.Distinct().ShouldHaveSingleItem();
        File.GetUnixFileMode(folder.Below("secret")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(folder.Path).ShouldHaveSingleItem();
    }

    [Fact]
    public void Refuses_a_secret_that_was_cut_short()
    {
        folder.Write("secret", "short");

        Should.Throw<InvalidDataException>(() => StoreUrls.Open(folder.Path)).Message.ShouldContain("holds 5");
    }

    public void Dispose() => folder.Dispose();
}

using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Fetching;

namespace DataPlatform.Services.Tests.Agent.Fetching;

public sealed class FetchItemTests
{
    private static readonly string Digest = new('a', 64);

    [Theory]
    [InlineData("http://h/a/tool.tar.gz", null, null, ExtractRule.Archive)]
    [InlineData("http://h/a/tool.tgz", "tool", null, ExtractRule.Archive)]
    [InlineData("http://h/a/tool.tar.gz", null, false, ExtractRule.Never)]
    [InlineData("http://h/a/lib.jar", null, null, ExtractRule.Never)]
    [InlineData("http://h/a/lib.jar", null, true, ExtractRule.Never)]
    [InlineData("http://h/store/sha256/abc", "jars/lib.jar", true, ExtractRule.Never)]
    [InlineData("http://h/store/sha256/abc", "python", null, ExtractRule.Never)]
    [InlineData("http://h/store/sha256/abc", "python", true, ExtractRule.ByContent)]
    [InlineData("http://h/store/sha256/abc", "python.tar", null, ExtractRule.Archive)]
    [InlineData("http://h/notes.txt", null, null, ExtractRule.Never)]
    public void Knows_what_is_to_be_unpacked(string uri, string? outputFile, bool? extract, ExtractRule expected)
    {
        var given = new CommandInfo.Types.URI { Value = uri };
        if (outputFile is not null)
            given.OutputFile = outputFile;
        if (extract is { } value)
            given.Extract = value;

        FetchItem.Of(given).Extract.ShouldBe(expected);
    }

    [Fact]
    public void Takes_the_digest_from_the_fragment_and_hides_the_query()
    {
        var item = FetchItem.Of(new CommandInfo.Types.URI { Value = $"http://u:p@h:81/a/b.jar?key=secret#sha256={Digest.ToUpperInvariant()}" });

        item.Digest.ShouldBe(Digest);
        item.Name.ShouldBe("b.jar");
        item.Display.ShouldBe("http://h:81/a/b.jar");
    }

    [Theory]
    [InlineData("ftp://h/a", null, "only http, https and file")]
    [InlineData("relative/path", null, "only http, https and file")]
    [InlineData("http://h/a#md5=abc", null, "is not #sha256=")]
    [InlineData("http://h/a#sha256=abc", null, "is not #sha256=")]
    [InlineData("http://h/", null, "is empty")]
    [InlineData("http://h/a", "../b", "'..'")]
    [InlineData("http://h/a", "/etc/b", "is absolute")]
    [InlineData("http://h/%2e%2e%2fb", null, "'..'")]
    [InlineData("http://h/a", "a\nb", "control character")]
    public void Refuses_what_can_not_be_used(string uri, string? outputFile, string reason)
    {
        var given = new CommandInfo.Types.URI { Value = uri };
        if (outputFile is not null)
            given.OutputFile = outputFile;

        Should.Throw<FetchException>(() => FetchItem.Of(given)).Message.ShouldContain(reason);
    }
}

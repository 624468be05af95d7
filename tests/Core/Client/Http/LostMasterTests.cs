using DataPlatform.Core.Client.Http;

namespace DataPlatform.Core.Tests.Client.Http;

public sealed class LostMasterTests
{
    private static readonly Uri Master = new("http://127.0.0.1:5050/api/v1");

    [Fact]
    public void Says_in_words_that_nobody_listens() =>
        LostMaster.Describe(Master, new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused (127.0.0.1:5050)")).ShouldBe("no master answers at http://127.0.0.1:5050");

    [Fact]
    public void Names_a_host_that_is_not_known() =>
        LostMaster.Describe(new Uri("http://nowhere:5050"), new HttpRequestException(HttpRequestError.NameResolutionError)).ShouldBe("the master's host nowhere is not known here");

    [Fact]
    public void Tells_anything_else_as_it_is() =>
        LostMaster.Describe(Master, new IOException("the stream broke")).ShouldBe("the master at http://127.0.0.1:5050 can't be asked: the stream broke");
}

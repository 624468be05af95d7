using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Services.Tests.ControlPlane.Rest;

public sealed class StoreRoutesTests : IAsyncLifetime
{
    private ControlPlaneHost host = null!;
    private Uri address = null!;

    public async ValueTask InitializeAsync()
    {
        host = await ControlPlaneHost.Start();
        address = new Uri((await host.Get<PackageStore>().PutAsync("x.conf", Encoding.UTF8.GetBytes("0123456789"), default)).Url);
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Serves_an_artifact_to_whoever_has_its_address() => (await host.Stranger.GetStringAsync(address)).ShouldBe("0123456789");

    [Fact]
    public async Task Serves_the_rest_of_an_artifact()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Range = new RangeHeaderValue(7, null) } };
        using var answer = await host.Stranger.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("789");
    }

    [Fact]
    public async Task A_wrong_key_and_a_digest_that_is_not_there_get_the_same_answer()
    {
        var path = address.AbsolutePath;
        foreach (var asked in new[] { path, path + "?key=", path + "?key=" + new string('0', 64), "/store/sha256/" + new string('0', 64) + address.Query, "/store/sha256/..%2fsecret" + address.Query })
        {
            using var answer = await host.Stranger.GetAsync(asked);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, asked);
            (await answer.Content.ReadAsStringAsync()).ShouldBe("""{"title":"No such artifact","status":404}""");
        }
    }
}

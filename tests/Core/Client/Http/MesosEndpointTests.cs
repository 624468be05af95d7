using System.Net;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Tests.Client.Http;

public sealed class MesosEndpointTests
{
    private static readonly OperatorCall Call = new() { Type = OperatorCall.Types.Type.GetHealth };

    [Fact]
    public async Task Takes_the_credential_along_to_the_leader()
    {
        var masters = new Masters { ["a:1"] = "//b:1/api/v1", ["b:1"] = "http://c:1" };
        using var endpoint = Endpoint(masters);

        (await PostAsync(endpoint)).ShouldBe(HttpStatusCode.OK);

        masters.Seen.ShouldBe([("a:1", "Basic cDpz"), ("b:1", "Basic cDpz"), ("c:1", "Basic cDpz")]);
        endpoint.Address.Authority.ShouldBe("c:1");
    }

    [Fact]
    public async Task Asks_the_leader_at_once_the_next_time()
    {
        var masters = new Masters { ["a:1"] = "//b:1/" };
        using var endpoint = Endpoint(masters);
        await PostAsync(endpoint);
        masters.Seen.Clear();

        await PostAsync(endpoint);

        masters.Seen.ShouldHaveSingleItem().Host.ShouldBe("b:1");
    }

    [Fact]
    public async Task Goes_back_to_who_was_configured_when_the_leader_is_gone()
    {
        var masters = new Masters { ["a:1"] = "//b:1/" };
        using var endpoint = Endpoint(masters);
        await PostAsync(endpoint);
        masters.Gone = "b:1";
        masters["a:1"] = "//c:1/";

        await Should.ThrowAsync<HttpRequestException>(() => PostAsync(endpoint));
        await PostAsync(endpoint);

        endpoint.Address.Authority.ShouldBe("c:1");
    }

    [Theory]
    [InlineData("//a:1/", "there is no leader yet")]
    [InlineData("//b:1/", "there is no leader yet")]
    [InlineData(null, "nowhere")]
    [InlineData("ftp://c:1/", "nowhere")]
    [InlineData("http://p:s@c:1/", "nowhere")]
    public async Task Follows_no_redirect_in_a_circle_or_to_what_is_no_master(string? location, string reason)
    {
        var masters = new Masters { ["a:1"] = "//b:1/", ["b:1"] = location };
        using var endpoint = Endpoint(masters);

        (await Should.ThrowAsync<MesosCallException>(() => PostAsync(endpoint))).Message.ShouldContain(reason);

        masters.Seen.Count.ShouldBe(2);
        endpoint.Address.Authority.ShouldBe("a:1");
    }

    [Fact]
    public async Task Follows_three_redirects_and_no_more()
    {
        var masters = new Masters { ["a:1"] = "//b:1/", ["b:1"] = "//c:1/", ["c:1"] = "//d:1/", ["d:1"] = "//e:1/" };
        using var endpoint = Endpoint(masters);

        (await Should.ThrowAsync<MesosCallException>(() => PostAsync(endpoint))).Message.ShouldContain("after 3 redirects");

        masters.Seen.Select(each => each.Host).ShouldBe(["a:1", "b:1", "c:1", "d:1"]);
    }

    [Fact]
    public async Task Keeps_a_credential_that_went_encrypted_from_going_in_the_open()
    {
        var masters = new Masters { ["a:1"] = "http://b:1/" };
        using var endpoint = Endpoint(masters, "https://a:1");

        (await Should.ThrowAsync<MesosCallException>(() => PostAsync(endpoint))).Message.ShouldContain("unencrypted");

        masters.Seen.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Asks_the_next_of_several_masters_when_one_is_gone()
    {
        var masters = new Masters { ["b:1"] = "//c:1/", Gone = "a:1" };
        using var endpoint = new MesosEndpoint(
            [new Uri("http://a:1"), new Uri("http://b:1"), new Uri("http://c:1")], "/api/v1", new MesosCredential("p", "s"), MessageCodec.Protobuf, masters);

        await Should.ThrowAsync<HttpRequestException>(() => PostAsync(endpoint));
        (await PostAsync(endpoint)).ShouldBe(HttpStatusCode.OK);
        masters.Seen.Select(each => each.Host).ShouldBe(["a:1", "b:1", "c:1"]);

        masters.Gone = "c:1";
        await Should.ThrowAsync<HttpRequestException>(() => PostAsync(endpoint));
        masters.Seen[^1].Host.ShouldBe("c:1");
        await Should.ThrowAsync<HttpRequestException>(() => PostAsync(endpoint));
        (await PostAsync(endpoint)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Asks_the_next_when_the_host_of_one_takes_no_connection_within_its_time()
    {
        var masters = new Masters { Dead = "a:1" };
        using var endpoint = new MesosEndpoint(
            [new Uri("http://a:1"), new Uri("http://b:1")], "/api/v1", new MesosCredential("p", "s"), MessageCodec.Protobuf, masters);

        await Should.ThrowAsync<OperationCanceledException>(() => PostAsync(endpoint));

        (await PostAsync(endpoint)).ShouldBe(HttpStatusCode.OK);
        masters.Seen.Select(each => each.Host).ShouldBe(["a:1", "b:1"]);
    }

    private static MesosEndpoint Endpoint(Masters masters, string address = "http://a:1") =>
        new(new Uri(address), "/api/v1", new MesosCredential("p", "s"), MessageCodec.Protobuf, masters);

    private static async Task<HttpStatusCode> PostAsync(MesosEndpoint endpoint)
    {
        using var answer = await endpoint.PostAsync(Call, null, HttpCompletionOption.ResponseContentRead, CancellationToken.None);
        return answer.StatusCode;
    }

    /// <summary>Masters by host and port, each with where it redirects to; one that is not listed leads.</summary>
    private sealed class Masters : HttpMessageHandler
    {
        private readonly Dictionary<string, string?> redirects = [];

        public string? this[string host]
        {
            set => redirects[host] = value;
        }

        public string? Gone { get; set; }

        /// <summary>No word comes from there: <see cref="SocketsHttpHandler.ConnectTimeout"/> ends the attempt.</summary>
        public string? Dead { get; set; }

        public List<(string Host, string? Authorization)> Seen { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var host = request.RequestUri!.Authority;
            Seen.Add((host, request.Headers.Authorization?.ToString()));
            if (host == Dead)
                return Task.FromException<HttpResponseMessage>(new OperationCanceledException("as the connect timeout has it", new TimeoutException()));
            if (host == Gone)
                throw new HttpRequestException("gone");
            if (!redirects.TryGetValue(host, out var location))
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
            var answer = new HttpResponseMessage(HttpStatusCode.TemporaryRedirect);
            if (location is not null)
                answer.Headers.TryAddWithoutValidation("Location", location);
            return Task.FromResult(answer);
        }
    }
}

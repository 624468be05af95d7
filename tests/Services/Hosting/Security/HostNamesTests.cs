using System.Net;
using DataPlatform.Services.Hosting.Security;

namespace DataPlatform.Services.Tests.Hosting.Security;

public class HostNamesTests
{
    private readonly HostNames names = new(IPAddress.Parse("127.0.0.2"), ["pool.example", "10.1.1.1", "fd00::1", null]);

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("127.0.0.2")]
    [InlineData("POOL.example")]
    [InlineData("10.1.1.1")]
    [InlineData("[fd00::1]")]
    [InlineData("")]
    public void Allows_its_own(string host) => names.Allow(host).ShouldBeTrue();

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.3")]
    [InlineData("pool.example.evil.example")]
    public void Refuses_others(string host) => names.Allow(host).ShouldBeFalse();

    [Theory]
    [InlineData("", true)]
    [InlineData("http://localhost:8080", true)]
    [InlineData("https://pool.example", true)]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("file://", false)]
    [InlineData("localhost", false)]
    public void Lets_pages_of_its_own_call(string origin, bool allowed) => names.AllowOrigin(origin).ShouldBe(allowed);

    [Fact]
    public void A_wildcard_stands_for_every_address_of_the_machine()
    {
        var all = new HostNames(IPAddress.Any);

        all.Allow("127.0.0.1").ShouldBeTrue();
        all.Allow(Dns.GetHostName()).ShouldBeTrue();
        all.Allow("evil.example").ShouldBeFalse();
    }
}

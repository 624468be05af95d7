using DataPlatform.Services.ControlPlane.Settings;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Tests.ControlPlane.Settings;

public sealed class PagesAddressTests
{
    [Theory]
    [InlineData("--hostname", "127.0.0.1")]
    [InlineData("--hostname", "localhost")]
    [InlineData("--port", "0")]
    public void On_a_loopback_address_each_cluster_has_a_name_below_localhost(params string[] given) =>
        From(given).ShouldBe(new PagesAddress.OfEachCluster("localhost", null));

    [Theory]
    [InlineData("8080", 8081)]
    [InlineData("0", 0)]
    [InlineData("65535", 0)]
    public void Under_another_name_pages_have_the_port_after_the_consoles(string port, int pages) =>
        From("--hostname", "console.example", "--port", port).ShouldBe(new PagesAddress.OfOnePort(pages, null));

    [Fact]
    public void A_port_for_pages_is_taken_with_what_a_proxy_makes_of_it()
    {
        From("--pages-port", "9000").ShouldBe(new PagesAddress.OfOnePort(9000, null));
        From("--pages-port", "9000", "--pages-url", "https://console.example:444").ShouldBe(new PagesAddress.OfOnePort(9000, new Uri("https://console.example:444")));
    }

    [Theory]
    [InlineData("http://*.pages.example:8080", "http://pages.example:8080")]
    [InlineData("*.pages.example", "http://pages.example")]
    [InlineData("https://*.pages.example", "https://pages.example")]
    public void A_star_stands_for_the_clusters_name(string given, string url) =>
        From("--pages-url", given).ShouldBe(new PagesAddress.OfEachCluster("pages.example", new Uri(url)));

    [Theory]
    [InlineData("no star for a cluster's name", "--pages-url", "https://pages.example")]
    [InlineData("is not a URL of hosts", "--pages-url", "ftp://*.pages.example")]
    [InlineData("is not a URL of hosts", "--pages-url", "http://*.pages.example/path")]
    [InlineData("is not a URL of hosts", "--pages-url", "http://*.*.example")]
    [InlineData("is not a URL of hosts", "--pages-url", "http://*.127.0.0.1")]
    [InlineData("beside a --pages-url with a star", "--pages-url", "http://*.pages.example", "--pages-port", "9000")]
    public void What_tells_pages_from_the_console_in_no_way_is_refused(string why, params string[] given) =>
        Should.Throw<SettingsException>(() => From(given)).Message.ShouldContain(why);

    private static PagesAddress From(params string[] given) => ControlPlaneSettings.From(ControlPlaneSettings.All.Read(given, static _ => null)).Pages;
}

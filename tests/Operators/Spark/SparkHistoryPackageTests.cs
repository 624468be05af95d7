using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Packages;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.Spark;

public sealed class SparkHistoryPackageTests
{
    private static readonly DeclaredPackage Package = ShippedPackage.Read("spark-history");

    [Fact]
    public void Reads_what_every_Spark_writes_and_keeps_it_for_as_many_days_as_are_asked_for()
    {
        var settings = Clusters.Settings(Package, """{"keep":90,"heap":1000,"disk":1000}""");
        var configuration = Package.Specify(settings).Task("server").Command(Clusters.Context("server", "page")).Known().Files.Single(file => file.Path == "history.conf").Content;

        foreach (var line in (string[])[
            "spark.history.fs.logDirectory file:///lake/_spark/events", "spark.history.ui.port 31000", "spark.history.fs.cleaner.maxAge 90d",
            "spark.history.store.maxDiskUsage 800m", "spark.history.store.hybridStore.maxMemoryUsage 500m",
        ])
            configuration.ShouldContain(line + "\n");
        Package.LakeFolders(settings).ShouldBe(ShippedPackage.Read("spark").LakeFolders(settings));
    }

    [Fact]
    public void Runs_on_the_very_jars_of_Spark_and_with_its_options()
    {
        var spark = ShippedPackage.Read("spark");

        LockedPackage.Read(Package.Needs([])).LockDigest.ShouldBe(LockedPackage.Read(spark.Needs([])).LockDigest);
        Package.Declaration.JavaOptions.ShouldBe(spark.Declaration.JavaOptions);
    }

    [Theory]
    [InlineData("[ ]", true)]
    [InlineData("[ {\n  \"id\" : \"trial-20261201000000-0000\"", true)]
    [InlineData("<html>", false)]
    public void Is_ready_once_it_tells_of_applications(string body, bool ready)
    {
        var check = Package.Specify(Clusters.Settings(Package)).Task("server").Readiness(Clusters.Context("server", "page")).ShouldBeOfType<ReadinessCheck.Http>();
        BodyExpectation.Of(check.Expect.ShouldNotBeNull()).IsMatch(body).ShouldBe(ready);
    }

    [Theory]
    [InlineData("past", 0, "started\n", "")]
    [InlineData("history", 1, "", "launch this under another name")]
    [InlineData("proxy", 1, "", "launch this under another name")]
    public void Under_a_name_that_its_pages_take_for_an_address_of_their_own_it_does_not_start(string name, int code, string said, string complaint)
    {
        var (ended, output, errors) = Run("start.sh", name, "/bin/echo", "started");

        (ended, output).ShouldBe((code, said));
        errors.ShouldContain(complaint);
    }

    [Fact]
    public async Task Whoever_looks_at_it_is_seen_while_connected()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        string Readers() => Run("readers.sh", port.ToString(System.Globalization.CultureInfo.InvariantCulture)).Output;

        Readers().ShouldBe("readers 0\n");
        using var reader = new TcpClient();
        await reader.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        Readers().ShouldBe("readers 1\n");
    }

    private static (int Code, string Output, string Errors) Run(string script, params string[] arguments)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", [Path.Combine(AppContext.BaseDirectory, "packages", "spark-history", script), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (shell.StandardOutput.ReadToEnd(), shell.StandardError.ReadToEnd());
        shell.WaitForExit();
        return (shell.ExitCode, output, errors);
    }

    [Fact]
    public void Its_page_lies_where_no_part_of_the_address_is_one_of_Sparks_own()
    {
        var server = new PlacedTask("server", "t", "10.0.0.3", new Dictionary<string, int> { ["page"] = 7100 }, true);
        Package.Endpoints(Clusters.Settings(Package), new Dictionary<string, PlacedTask> { ["server"] = server })
            .ShouldBe([new EndpointView("applications", "Spark history", "http://10.0.0.3:7100/", "/ui/trial/applications/")]);
    }
}

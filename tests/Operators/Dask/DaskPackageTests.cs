using System.Security.Cryptography.X509Certificates;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.Dask;

public sealed class DaskPackageTests
{
    private static readonly DeclaredPackage Package = ShippedPackage.Read("dask");
    private static readonly PlacedTask Scheduler = new("scheduler", "t", "10.0.0.1", new Dictionary<string, int> { ["comm"] = 8786, ["dashboard"] = 8787 }, true);

    [Fact]
    public void Runs_the_same_modules_from_the_locked_environment_and_from_Debians_packages()
    {
        var locked = Package.Specify(Clusters.Settings(Package)).Task("scheduler").Command(Clusters.Context("scheduler", "comm dashboard")).Known();
        var debian = Package.Specify(Clusters.Settings(Package, python: false)).Task("scheduler").Command(Clusters.Context("scheduler", "comm dashboard")).Known();
        debian.Arguments[1].ShouldBe("/usr/bin/python3");
        debian.Artifacts.ShouldBeEmpty();
        locked.Arguments.ShouldBe(debian.Arguments);
        locked.Artifacts.ShouldHaveSingleItem().Unpack.ShouldBeTrue();
    }

    [Fact]
    public void A_worker_is_ready_when_the_scheduler_lists_it()
    {
        var worker = Package.Specify(Clusters.Settings(Package)).Task("worker");
        var context = Clusters.Context("worker-0", "comm", Scheduler);
        var check = worker.Readiness(context).ShouldBeOfType<ReadinessCheck.Command>();
        check.Arguments.ShouldBe(["-I", "-S", "listed.py", "http://10.0.0.1:8787/ui/trial/dashboard/info/main/workers.html", "tls://10.0.0.7:31000"]);
        worker.Command(context).Known().Files.ShouldContain(file => file.Path == "listed.py");
    }

    [Fact]
    public void Everyone_of_a_cluster_has_a_certificate_of_its_authority_also_when_it_is_made_anew()
    {
        var files = Package.Keys(Clusters.Settings(Package), new Dictionary<string, PlacedTask>()).Files;
        var again = Package.Specify(Clusters.Settings(Package)).Task("scheduler").Command(Clusters.Context("scheduler", "comm dashboard")).Known().Files;
        var authority = X509Certificate2.CreateFromPem(files.Single(file => file.Path == "tls/authority.pem").Content);
        var pem = again.Single(file => file.Path == "tls/own.pem").Content;
        using var own = X509Certificate2.CreateFromPem(pem, pem);

        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, VerificationTime = DateTime.UnixEpoch.AddDays(1) } };
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.Build(own).ShouldBeTrue(string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation)));
        again.ShouldNotContain(file => file.Path == "tls/authority.pem" && file.Content.Contains("PRIVATE", StringComparison.Ordinal));
    }

    [Fact]
    public void Its_scheduler_tells_of_tasks_and_clients()
    {
        var look = Package.Specify(Clusters.Settings(Package)).Task("scheduler").Activity!(Clusters.Context("scheduler", "comm dashboard")).ShouldHaveSingleItem();

        look.Way.ShouldBeOfType<LookWay.Http>().Path.ShouldBe("/ui/trial/dashboard/json/counts.json");
        look.Signs.Select(sign => (sign.Of, sign.Above)).ShouldBe([("tasks", 0), ("waiting tasks", 0), ("clients", 1)]);
    }

    [Fact]
    public void Has_these_options()
    {
        Package.Description.Defaults.ToJsonString().ShouldBe("""{"workers":2,"threads":1,"memory":1024,"version":"2026.8.0"}""");
        Package.Declaration.Options.Select(option => (option.Minimum, option.Maximum)).ShouldBe([(1, 64), (1, 64), (384, 131072)]);
        var service = Package.Specify(Clusters.Settings(Package, """{"workers":3,"threads":2,"memory":512}"""));
        service.Pods.Select(pod => (pod.Type, pod.Count, pod.SingleNamed)).ShouldBe([("scheduler", 1, true), ("worker", 3, false)]);
        service.Task("scheduler").Resources.ShouldBe(new TaskResources(300, 512, 128));
        service.Task("worker").Resources.ShouldBe(new TaskResources(2000, 768, 1024));
    }

    [Fact]
    public void Says_that_Debians_packages_stand_in_when_the_locked_ones_can_not_be_had()
    {
        var alternative = Package.Alternative(Package.Description.Defaults).ShouldNotBeNull();
        alternative.Needs.Nothing.ShouldBeTrue();
        alternative.Why.ShouldBe("Debian's python3-distributed, which the hosts must have, stands in for the locked Python environment; it draws no dashboard");
    }

    [Fact]
    public void Shows_people_and_clusters_the_way_in()
    {
        var settings = Clusters.Settings(Package);
        var tasks = new Dictionary<string, PlacedTask> { ["scheduler"] = Scheduler };

        Package.Exports(settings, new Dictionary<string, PlacedTask>()).ShouldBeEmpty();
        Package.Exports(settings, tasks).ShouldBe(new Dictionary<string, string> { ["DASK_SCHEDULER_ADDRESS"] = "tls://10.0.0.1:8786" });
        Package.Keys(settings, tasks).Paths.Values.Distinct().ShouldBe(["tls/authority.pem", "tls/own.pem"]);
        Package.Keys(settings, tasks).Paths.Keys.ShouldContain("DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY");
        Package.Endpoints(settings, tasks).ShouldBe(
        [
            new EndpointView("scheduler", "Dask scheduler", "tls://10.0.0.1:8786", null),
            new EndpointView("dashboard", "Dask dashboard", "http://10.0.0.1:8787/ui/trial/dashboard/", "/ui/trial/dashboard/", "status"),
        ]);
        Package.Endpoints(Clusters.Settings(Package, python: false), tasks)[1].Landing.ShouldBe("info/main/workers.html");
        Package.Snippets(settings, new Dictionary<string, PlacedTask>()).ShouldBeEmpty();
        Package.Snippets(settings, tasks).Select(snippet => snippet.Title).ShouldBe(["Python", "Notebook"]);
    }

    [Fact]
    public void A_worker_waits_until_the_scheduler_has_a_place() =>
        Package.Specify(Clusters.Settings(Package)).Task("worker").Command(Clusters.Context("worker-0", "comm")).ShouldBeOfType<CommandOutcome.Waiting>();
}

using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Spark;

namespace DataPlatform.Operators.Tests.Spark;

public sealed class SparkPackageTests
{
    private static readonly SparkPackage Package = new();
    private static readonly PlacedTask Master = new("master", "t", "10.0.0.1", new Dictionary<string, int> { ["rpc"] = 7000, ["page"] = 7001 }, true);

    [Fact]
    public void Specifies_as_many_workers_as_are_asked_for_and_lets_no_phase_wait_for_another()
    {
        var service = Package.Specify(Clusters.Settings(Package, """{"workers":5}"""));
        service.Pods.Single(pod => pod.Type == "worker").Count.ShouldBe(5);
        service.Deploy.Strategy.ShouldBe(Strategy.Parallel);
    }

    [Fact]
    public void A_worker_waits_until_the_master_serves_and_is_given_its_address()
    {
        var worker = Package.Specify(Clusters.Settings(Package)).Task("worker");
        worker.Command(Clusters.Context("worker-0", "rpc page")).ShouldBeOfType<CommandOutcome.Waiting>().Reason.ShouldContain("master");
        worker.Command(Clusters.Context("worker-0", "rpc page", Master with { Ready = false })).ShouldBeOfType<CommandOutcome.Waiting>().Reason.ShouldContain("serve");
        worker.Command(Clusters.Context("worker-0", "rpc page", Master)).Known().Arguments.ShouldContain("spark://10.0.0.1:7000");
    }

    [Fact]
    public void The_clusters_secret_stands_in_a_file_and_never_in_arguments_or_environment()
    {
        var service = Package.Specify(Clusters.Settings(Package));
        foreach (var (pod, ports) in new[] { ("master", "rpc page"), ("worker", "rpc page"), ("connect", "grpc rpc blocks page") })
        {
            var command = service.Task(pod).Command(Clusters.Context(pod, ports, Master)).Known();
            command.Arguments.ShouldNotContain(argument => argument.Contains("secret-", StringComparison.Ordinal));
            command.Environment.Values.ShouldNotContain(value => value.Contains("secret-", StringComparison.Ordinal));
            command.Files.ShouldContain(file => file.Content.Contains("spark.authenticate.secret secret-authenticate", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_process_gets_all_jars_and_the_python_environment()
    {
        var command = Package.Specify(Clusters.Settings(Package)).Task("master").Command(Clusters.Context("master", "rpc page")).Known();
        command.Artifacts.ShouldBe([new ArtifactLink(Clusters.Jar, "spark/jars/engine.jar", false), new ArtifactLink(Clusters.Environment, "python", true)]);
    }

    [Theory]
    [InlineData("""{ "masterurl" : "spark://x:1" }""", true)]
    [InlineData("""{"masterurl":""}""", false)]
    [InlineData("<html>", false)]
    public void A_worker_is_ready_once_it_has_registered(string body, bool ready)
    {
        var check = Package.Specify(Clusters.Settings(Package)).Task("worker").Readiness(Clusters.Context("worker-0", "rpc page", Master)).ShouldBeOfType<ReadinessCheck.Http>();
        BodyExpectation.Of(check.Expect.ShouldNotBeNull()).IsMatch(body).ShouldBe(ready);
    }

    [Theory]
    [InlineData("""{ "status" : "ALIVE" }""", true)]
    [InlineData("""{ "status" : "STANDBY" }""", false)]
    public void A_master_is_ready_once_it_leads(string body, bool ready)
    {
        var check = Package.Specify(Clusters.Settings(Package)).Task("master").Readiness(Clusters.Context("master", "rpc page")).ShouldBeOfType<ReadinessCheck.Http>();
        BodyExpectation.Of(check.Expect.ShouldNotBeNull()).IsMatch(body).ShouldBe(ready);
    }

    [Fact]
    public void Hands_the_connect_address_to_notebooks_once_it_has_a_place()
    {
        var settings = Clusters.Settings(Package);
        Package.Keys(settings, new Dictionary<string, PlacedTask>()).Variables.ShouldBeEmpty();
        var connect = new PlacedTask("connect", "t", "10.0.0.3", new Dictionary<string, int> { ["grpc"] = 7100, ["page"] = 7101 }, true);
        var tasks = new Dictionary<string, PlacedTask> { ["connect"] = connect };
        Package.Keys(settings, tasks).Variables["SPARK_REMOTE"].ShouldBe("sc://10.0.0.3:7100/;authorization=Bearer%20secret-connect");
        Package.Exports(settings, tasks).Values.ShouldNotContain(value => value.Contains("secret", StringComparison.Ordinal));
        Package.Endpoints(settings, tasks).ShouldNotContain(endpoint => endpoint.Url.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("master", "/json/", "{\"activeapps\":[{\"id\":\"app-1\"},{\"id\":\"app-2\"}],\"completedapps\":[]}", "2")]
    [InlineData("connect", "/metrics/json/", "{\"gauges\":{\"app-1.driver.DAGScheduler.job.activeJobs\":{\"value\":1},\"app-1.driver.DAGScheduler.job.allJobs\":{\"value\":7}}}", "1 7")]
    public void Tells_of_applications_and_jobs(string pod, string page, string answer, string values)
    {
        var task = Package.Specify(Clusters.Settings(Package)).Task(pod);
        var look = task.Activity!(Clusters.Context(pod, string.Join(' ', task.Ports), Master)).ShouldHaveSingleItem();

        look.Way.ShouldBeOfType<LookWay.Http>().Path.ShouldBe(page);
        ActivityLooks.Find(new() { Signs = { look.Signs.Select(Told) } }, answer).ShouldBe(values.Split(' ').Select(value => ((string?)value, (string?)null)));
    }

    private static DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types.Sign Told(ActivitySign sign) => sign.Place switch
    {
        SignPlace.Json(var path) => new() { Of = sign.Of, JsonPath = path },
        SignPlace.Match(var expression) => new() { Of = sign.Of, Match = expression },
        _ => throw new InvalidOperationException(sign.ToString()),
    };
}

using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Packages;
using DataPlatform.Operators.Spark;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.Sdk.Packages;

public sealed class ClassTrainingTests
{
    private const string Good = """
        {"jars":"engine/jars","environment":{},"options":["-Xint"],"programs":[{"name":"server","arguments":["-cp","engine/jars/*","Main"],"ready":"started"}]}
        """;

    [Fact]
    public void Says_where_the_jars_lie_and_how_each_program_is_run() =>
        ClassTraining.Parse(Good).Programs.ShouldHaveSingleItem().Arguments.ShouldBe(["-cp", "engine/jars/*", "Main"]);

    [Theory]
    [InlineData("\"jars\":\"engine/jars\"", "\"jars\":\"../jars\"", "folder of the sandbox")]
    [InlineData("\"jars\":\"engine/jars\"", "\"jars\":\"/jars\"", "folder of the sandbox")]
    [InlineData("\"name\":\"server\"", "\"name\":\"../server\"", "lower-case letters")]
    [InlineData("\"ready\":\"started\"", "\"ready\":\"\"", "ready is empty")]
    [InlineData("\"ready\":\"started\"", "\"ready\":\"started\",\"port\":1", "port")]
    [InlineData("\"environment\":{},", "", "environment")]
    [InlineData("\"options\":[\"-Xint\"]", "\"options\":7", "options")]
    [InlineData("]}", "", "")]
    public void Anything_else_is_refused_with_what_is_wrong(string given, string instead, string reason)
    {
        var refused = Should.Throw<PackageFormatException>(() => ClassTraining.Parse(Good.Replace(given, instead, StringComparison.Ordinal)));
        refused.Message.ShouldStartWith(ClassTraining.FileName);
        refused.Message.ShouldContain(reason);
    }

    /// <summary>Another class path, or options that a virtual machine does not share, and the archive is passed over in silence.</summary>
    [Theory]
    [InlineData("master", "rpc page")]
    [InlineData("worker", "rpc page")]
    [InlineData("connect", "grpc rpc blocks page")]
    public void Sparks_programs_are_trained_as_they_run(string program, string ports)
    {
        var package = new SparkPackage();
        var settings = Clusters.Settings(package);
        var archive = new StoredFile(program + ".jsa", new string('c', 64), "http://store/c#sha256=c");
        settings = settings with { Artifacts = settings.Artifacts with { JarsArchive = Clusters.Jar, ClassArchives = new Dictionary<string, StoredFile> { [program] = archive } } };
        var master = new PlacedTask("master", "t", "10.0.0.1", new Dictionary<string, int> { ["rpc"] = 7000, ["page"] = 7001 }, true);
        var command = package.Specify(settings).Task(program).Command(Clusters.Context(program, ports, master)).Known();
        var training = LockedPackage.Read(package.Needs(package.Description.Defaults)).Training.ShouldNotBeNull();
        var trained = training.Programs.Single(each => each.Name == program);

        command.Artifacts.ShouldContain(new ArtifactLink(archive, "spark/classes.jsa", Unpack: false));
        command.Arguments.ShouldContain("-XX:SharedArchiveFile=spark/classes.jsa");
        foreach (var option in training.Options.Concat(trained.Arguments.TakeWhile(argument => argument.StartsWith("-XX", StringComparison.Ordinal))))
            command.Arguments.ShouldContain(option);
        After(command.Arguments, "-cp").ShouldBe(After(trained.Arguments, "-cp"));
        After(command.Arguments, "-cp").First().ShouldBe(training.Jars + "/*");
    }

    /// <summary>The class path and the main class.</summary>
    private static IEnumerable<string> After(IReadOnlyList<string> arguments, string option) => arguments.SkipWhile(argument => argument != option).Skip(1).Take(2);
}

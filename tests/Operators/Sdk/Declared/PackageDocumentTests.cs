using System.Text.RegularExpressions;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

/// <summary>What docs/packages.md shows is a package, word for word.</summary>
public sealed partial class PackageDocumentTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_example_is_right_and_becomes_a_cluster()
    {
        foreach (Match file in Files().Matches(File.ReadAllText(Document())))
            folder.Write(file.Groups["path"].Value, file.Groups["text"].Value);
        var reading = PackageReader.Read(folder.Below("cache"));
        var declaration = reading.ShouldBeOfType<PackageReading.Read>(reading is PackageReading.Refused refused ? string.Join('\n', refused.Problems) : null).Declaration;
        var package = new DeclaredPackage(declaration, folder.Below("cache"));

        var service = package.Specify(Clusters.Settings(package, """{"replicas":1}"""));

        service.Pods.Select(pod => (pod.Type, pod.Count)).ShouldBe([("primary", 1), ("replica", 2)]);
        service.Task("primary").Resources.ShouldBe(new TaskResources(200, 160, 256));
        var primary = new PlacedTask("primary", "t", "10.0.0.1", new Dictionary<string, int> { ["client"] = 7000 }, Ready: true);
        var replica = service.Task("replica").Command(Clusters.Context("replica-0", "client", primary)).Known();
        replica.Program.ShouldBe("/usr/bin/redis-server");
        replica.Files.ShouldHaveSingleItem().Content.ShouldContain("replicaof 10.0.0.1 7000\n");
    }

    [Fact]
    public void Names_every_field_there_is()
    {
        var document = File.ReadAllText(Document());
        // What the reader says is allowed is what there is: an unknown field in each place makes it say so.
        var spoilt = DeclaredExamples.Store.Replace("title:", "titel: x, title:", StringComparison.Ordinal).Replace("titel: x, title: Store\n", "titel: x\ntitle: Store\n", StringComparison.Ordinal)
            .Replace("resources: {", "resources: { unknown: 1,", StringComparison.Ordinal).Replace("command:\n", "command:\n        unknown: 1\n", StringComparison.Ordinal)
            .Replace("task:\n", "unknown: 1\n    task:\n      unknown: 1\n", StringComparison.Ordinal);
        var fields = DeclaredExamples.Problems(spoilt).Where(problem => problem.Message.EndsWith("is not known", StringComparison.Ordinal)).SelectMany(problem => problem.Allowed!.Split(", ")).Distinct().ToList();

        fields.Count.ShouldBeGreaterThan(40);
        fields.Where(field => !document.Contains(field, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static string Document()
    {
        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            if (File.Exists(Path.Combine(above.FullName, "DataPlatform.sln")))
                return Path.Combine(above.FullName, "docs", "packages.md");
        }

        throw new InvalidOperationException("the tests run from within the repository: no folder above them has DataPlatform.sln");
    }

    [GeneratedRegex(@"^```[a-z]+ (?<path>cache/\S+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Files();
}

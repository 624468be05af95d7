using System.Text.RegularExpressions;
using DataPlatform.Architecture.Tests;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

/// <summary>What docs/packages.md shows is a package, word for word.</summary>
public sealed partial class PackageDocumentTests : IDisposable
{
    private const string UnknownEverywhere = """
        schema: 1
        unknown: 1
        options: { a: { unknown: 1 } }
        versions: [{ unknown: 1, archive: { unknown: 1 }, alternative: { unknown: 1 } }]
        lake: [{ unknown: 1 }]
        certificates: { unknown: 1 }
        java: { unknown: 1 }
        exports: { A: { unknown: 1 } }
        sizes: { unknown: 1 }
        pods:
          p:
            unknown: 1
            plans: { unknown: 1, end_last: { unknown: 1 } }
            placement: [{ at_most_on_host: 1, unknown: 1 }, { attribute: { unknown: 1 } }]
            task:
              unknown: 1
              resources: { unknown: 1 }
              command: { unknown: 1, java: { unknown: 1, class_archive: { unknown: 1 } } }
              files: [{ unknown: 1 }]
              volumes: [{ unknown: 1 }]
              ready: { unknown: 1, http: { unknown: 1 } }
        endpoints: [{ unknown: 1 }]
        snippets: [{ unknown: 1 }]
        idle: [{ unknown: 1, pod: p, http: { unknown: 1 }, signs: [{ unknown: 1 }] }, { pod: p, tcp: { unknown: 1 } }, { pod: p, command: { unknown: 1 } }]
        metrics: { unknown: 1 }
        facts: [{ unknown: 1, pod: p, values: [{ unknown: 1, healthy: { unknown: 1 } }] }]
        operations: { o: { unknown: 1, inputs: { a: { unknown: 1 } } } }
        tables: { t: { unknown: 1, pods: [p], command: { unknown: 1 }, columns: [{ unknown: 1 }] } }
        """;

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
        // To an unknown field the reader answers with those there are.
        var fields = DeclaredExamples.Problems(UnknownEverywhere).Where(problem => problem.Message.EndsWith("unknown is not known", StringComparison.Ordinal)).SelectMany(problem => problem.Allowed!.Split(", ")).Distinct().ToList();

        fields.Count.ShouldBeGreaterThan(40);
        fields.Where(field => !document.Contains(field, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static string Document() => Path.Combine(RepositoryRoot.Find(), "docs", "packages.md");

    [GeneratedRegex(@"^```[a-z]+ (?<path>cache/\S+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Files();
}

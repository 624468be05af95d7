using System.Text.RegularExpressions;
using DataPlatform.Architecture.Tests;
using DataPlatform.Operators.Sdk.Blueprints;

namespace DataPlatform.Operators.Tests.Sdk.Blueprints;

/// <summary>What docs/blueprints.md shows is a blueprint, word for word. tests/Integration brings it up.</summary>
public sealed partial class BlueprintDocumentTests
{
    private const string UnknownEverywhere = """
        schema: 1
        unknown: 1
        clusters:
          one: { unknown: 1, needs: [{ unknown: 1 }] }
        """;

    [Fact]
    public void The_example_is_right_and_names_packages_and_options_that_there_are()
    {
        var reading = BlueprintReader.Read(Example().Match(File.ReadAllText(Document())).Groups["text"].Value, "lab.yaml");
        var lab = reading.ShouldBeOfType<BlueprintReading.Read>(reading is BlueprintReading.Refused refused ? string.Join('\n', refused.Problems) : null).Declaration;

        lab.Clusters.Select(cluster => cluster.Name.Value).ShouldBe(["numbers", "sums", "desk"]);
        foreach (var cluster in lab.Clusters)
        {
            var package = ShippedPackage.Read(cluster.Package.Value);
            cluster.Options.Select(option => option.Name.Value).Except(package.Description.Defaults.Select(option => option.Key)).ShouldBeEmpty();
            if (cluster.Version is { } version) version.Value.ShouldBe(package.Description.Version);
        }
    }

    [Fact]
    public void Names_every_field_there_is()
    {
        var document = File.ReadAllText(Document());
        // To an unknown field the reader answers with those there are.
        var fields = BlueprintReader.Read(UnknownEverywhere, "x").ShouldBeOfType<BlueprintReading.Refused>().Problems
            .Where(problem => problem.Message.EndsWith("unknown is not known", StringComparison.Ordinal)).SelectMany(problem => problem.Allowed!.Split(", ")).Distinct().ToList();

        fields.Order(StringComparer.Ordinal).ShouldBe(["clusters", "datasets", "lifetime", "name", "needs", "options", "package", "schema", "size", "title", "version"]);
        fields.ShouldAllBe(field => document.Contains($"`{field}`", StringComparison.Ordinal));
    }

    private static string Document() => Path.Combine(RepositoryRoot.Find(), "docs", "blueprints.md");

    [GeneratedRegex(@"^```yaml lab\.yaml\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}

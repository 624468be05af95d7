using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Blueprints;

namespace DataPlatform.Operators.Tests.Sdk.Blueprints;

public sealed class BlueprintReaderTests
{
    private const string Lab = """
        schema: 1
        name: lab
        lifetime: 8h
        datasets: [flights]
        clusters:
          numbers: { package: postgresql, version: "15", options: { database: numbers, memory: 64 } }
          sums: { package: dask, lifetime: 90m }
          desk:
            package: jupyter
            needs: [numbers, { package: dask }]
        """;

    [Fact]
    public void Reads_clusters_in_the_order_of_the_file_each_with_where_it_stands()
    {
        var lab = BlueprintReader.Read(Lab, "lab.yaml").ShouldBeOfType<BlueprintReading.Read>().Declaration;

        (lab.Name, lab.Title, lab.Datasets.Single().Value).ShouldBe(("lab", "lab", "flights"));
        lab.Clusters.Select(cluster => (cluster.Name.Value, cluster.Package.Value, cluster.Version?.Value, cluster.Lifetime!.Value)).ShouldBe(
            [("numbers", "postgresql", "15", TimeSpan.FromHours(8)), ("sums", "dask", null, TimeSpan.FromMinutes(90)), ("desk", "jupyter", null, TimeSpan.FromHours(8))]);
        lab.Clusters[0].Options.ShouldBe([new(new("database", 6, 61), new("numbers", 6, 71)), new(new("memory", 6, 80), new("64", 6, 88))]);
        lab.Clusters[2].Needs.ShouldBe([new(new ClusterNeed.ByName("numbers"), 10, 13), new(new ClusterNeed.ByPackage("dask"), 10, 33)]);
    }

    [Theory]
    [InlineData("name: lab", "nam: lab", "lab.yaml:1:1: name is missing", "lab.yaml:2:1: nam is not known (allowed: schema, name, title, lifetime, datasets, clusters)")]
    [InlineData("name: lab", "name: ../lab", "lab.yaml:2:7: name can't be '../lab'")]
    [InlineData("schema: 1", "schema: 2", "lab.yaml:1:9: the schema 2 is not known (allowed: 1)")]
    [InlineData("lifetime: 8h", "lifetime: soon", "lab.yaml:3:11: lifetime can't be 'soon' (allowed: a whole number and a unit, such as 90m, 8h or 2d)")]
    [InlineData("datasets: [flights]", "datasets: flights", "lab.yaml:4:11: datasets must be a list")]
    [InlineData("package: jupyter", "pakage: jupyter", "lab.yaml:9:5: clusters.desk.package is missing", "lab.yaml:9:5: clusters.desk.pakage is not known")]
    [InlineData("needs: [numbers, { package: dask }]", "needs: numbers", "lab.yaml:10:12: clusters.desk.needs must be a list")]
    [InlineData("needs: [numbers, { package: dask }]", "needs: [{ kind: dask }]", "clusters.desk.needs[0].kind is not known (allowed: package)")]
    [InlineData("needs: [numbers, { package: dask }]", "needs: [[numbers]]", "lab.yaml:10:13: 'a list' can't be needed")]
    [InlineData("memory: 64", "memory: [64]", "lab.yaml:6:88: clusters.numbers.options.memory must be one value")]
    [InlineData("memory: 64", "memory: ~", "clusters.numbers.options.memory must be one value")]
    [InlineData("  sums:", "  Sums:", "lab.yaml:7:3: 'Sums' is no name for clusters")]
    [InlineData("  sums:", "  numbers:", "lab.yaml:7:3: ")]
    [InlineData("name: lab", "name: &a lab", "anchors and aliases are not read")]
    public void Refuses_with_file_line_column_and_what_is_allowed(string right, string wrong, params string[] expected)
    {
        var problems = BlueprintReader.Read(Lab.Replace(right, wrong, StringComparison.Ordinal), "lab.yaml").ShouldBeOfType<BlueprintReading.Refused>().Problems;
        foreach (var part in expected)
            string.Join('\n', problems).ShouldContain(part);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("schema: 1\nname: lab\nclusters: {}")]
    [InlineData("schema: 1\nname: lab")]
    [InlineData("a: [")]
    public void Refuses_what_is_no_blueprint(string text) => BlueprintReader.Read(text, "x").ShouldBeOfType<BlueprintReading.Refused>().Problems.ShouldNotBeEmpty();

    [Fact]
    public void What_the_writer_wrote_is_read_as_it_was_meant()
    {
        var options = new JsonObject { ["text"] = "15", ["empty"] = "", ["odd"] = "a: #b\"", ["number"] = 15, ["part"] = 0.5, ["flag"] = true };
        var text = BlueprintWriter.Write("lab", "My \"lab\": one", [new("numbers", "postgresql", TimeSpan.FromHours(8), [], options), new("desk", "jupyter", TimeSpan.FromSeconds(61), ["numbers"], [])]);

        var reading = BlueprintReader.Read(text, "x");
        var lab = reading.ShouldBeOfType<BlueprintReading.Read>(text).Declaration;
        (lab.Name, lab.Title).ShouldBe(("lab", "My \"lab\": one"));
        lab.Clusters[0].Options.Select(option => (option.Name.Value, option.Value.Value)).ShouldBe([("text", "15"), ("empty", ""), ("odd", "a: #b\""), ("number", "15"), ("part", "0.5"), ("flag", "true")]);
        lab.Clusters.Select(cluster => cluster.Lifetime!.Value).ShouldBe([TimeSpan.FromHours(8), TimeSpan.FromSeconds(61)]);
        lab.Clusters[1].Needs.Single().Value.ShouldBe(new ClusterNeed.ByName("numbers"));
        text.ShouldEndWith("\n");
        text.ShouldNotContain("...");
    }
}

using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class OperationInputsTests : IDisposable
{
    private const string Shelf = """
        schema: 1
        name: shelf
        title: Shelf
        description: Holds boxes.
        versions:
          - { version: 1.0, program: /usr/bin/shelf, debian: shelf }
        pods:
          shelf:
            task:
              resources: { cpus: 0.1, memory: 32 }
              ports: [web]
              command: { arguments: [hold] }
        operations:
          add-box:
            title: Add a box
            inputs:
              name: { type: string, title: Name, pattern: "^[a-z]{1,8}$" }
              places: { type: integer, title: Places, minimum: 1, maximum: 9, default: 3 }
              taken: { type: integer, title: Taken, minimum: 0, default: 0, at_most: places }
              kind: { type: string, title: Kind, enum: [open, closed], default: open }
            task: { resources: { cpus: 0.1, memory: 32 }, command: { arguments: [add, "{{ inputs.name }}", "{{ inputs.places }}", "{{ inputs.kind }}"] } }
          drop-box:
            title: Drop a box
            inputs:
              name: { type: string, title: Name, pattern: "^[a-z]{1,8}$" }
              again: { type: string, title: Its name once more, pattern: "^[a-z]{1,8}$", same_as: name }
            task: { resources: { cpus: 0.1, memory: 32 }, command: { arguments: [drop, "{{ inputs.name }}"] } }
          sort:
            title: Sort
            task: { resources: { cpus: 0.1, memory: 32 }, command: { arguments: [sort] } }
        """;

    private readonly TemporaryFolder folder = new();
    private readonly DeclaredPackage package;

    public OperationInputsTests()
    {
        package = folder.Package(Shelf);
    }

    public void Dispose() => folder.Dispose();

    private CommandOutcome Asked(string name, JsonObject? inputs) => package.Specify(Clusters.Settings(package)).Operations.Single(operation => operation.Name == name)
        .Pod(new WantedOperation(1, name, null, DateTimeOffset.UnixEpoch) { Inputs = inputs }).Tasks.Single().Command(Clusters.Context($"{name}-1", ""));

    [Fact]
    public void Templates_of_the_operation_know_what_it_is_given_and_the_defaults_of_the_rest()
    {
        Asked("add-box", new JsonObject { ["name"] = "red", ["places"] = 5 }).Known().Arguments.ShouldBe(["add", "red", "5", "open"]);
        Asked("sort", null).Known().Arguments.ShouldBe(["sort"]);
    }

    [Fact]
    public void One_that_another_version_did_not_know_and_that_has_no_default_is_waited_for()
    {
        Asked("add-box", null).ShouldBeOfType<CommandOutcome.Waiting>().Reason.ShouldContain("add-box was asked for without name, which it needs");
    }

    [Fact]
    public void People_are_told_by_a_schema_as_of_options()
    {
        var schema = package.Description.Operations.Single(operation => operation.Name == "add-box").Inputs.ShouldNotBeNull();
        schema["required"]!.AsArray().Select(name => name!.ToString()).ShouldBe(["name"]);
        schema["properties"]!["places"]!.ToJsonString().ShouldBe("""{"type":"integer","title":"Places","minimum":1,"maximum":9,"default":3}""");
        schema["properties"]!["name"]!.ToJsonString().ShouldBe("""{"type":"string","title":"Name","pattern":"^[a-z]{1,8}$"}""");
        package.Description.Operations.Single(operation => operation.Name == "sort").Inputs.ShouldBeNull();
    }

    [Fact]
    public void What_one_asks_of_another_is_held_as_of_options()
    {
        package.WhyNot([], "add-box", new JsonObject { ["name"] = "red", ["places"] = 3, ["taken"] = 4 }, "/lake").ShouldBe(new OptionRefusal("taken", "it is more than places", "at most 3"));
        package.WhyNot([], "add-box", new JsonObject { ["name"] = "red", ["places"] = 3, ["taken"] = 3 }, "/lake").ShouldBeNull();
        package.WhyNot([], "drop-box", new JsonObject { ["name"] = "red", ["again"] = "rod" }, "/lake").ShouldBe(new OptionRefusal("again", "it is not the same as name", "red"));
        package.WhyNot([], "drop-box", new JsonObject { ["name"] = "red", ["again"] = "red" }, "/lake").ShouldBeNull();
    }

    [Theory]
    [InlineData("minimum: 1, maximum: 9, default: 3", "minimum: 5, maximum: 9, default: 3", "operations.add-box.inputs.places.default can't be '3'")]
    [InlineData("title: Places,", "title: Places, change: fixed,", "operations.add-box.inputs.places.change is not known")]
    [InlineData("type: integer, title: Places", "type: cluster, title: Places", "operations.add-box.inputs.places.type can't be 'cluster'")]
    [InlineData("type: string, title: Kind, enum: [open, closed], default: open", "type: string, title: Kind", "the input kind is a text and says neither")]
    [InlineData("same_as: name", "same_as: nobody", "operations.drop-box.inputs.again.same_as names nobody, which is no other text")]
    [InlineData("enum: [open, closed], default: open", "enum: [open, closed], same_as: places", "operations.add-box.inputs.kind.same_as names places, which is no other text")]
    [InlineData("{{ inputs.kind }}", "{{ inputs.colour }}", "the template names inputs.colour, which is not known here")]
    [InlineData("arguments: [sort]", "arguments: [\"{{ inputs.name }}\"]", "inputs can't be used here: only an operation that declares inputs is given any")]
    [InlineData("arguments: [hold]", "arguments: [\"{{ inputs.name }}\"]", "inputs can't be used here")]
    [InlineData("title: Drop a box\n", "title: Drop a box\n    kind: backup\n", "operations.drop-box.inputs: only an operation of the kind plain is given any")]
    [InlineData("      kind: { type", "      index: { type", "index is a name of the platform's")]
    public void Says_what_is_wrong(string old, string changed, string message)
    {
        Shelf.ShouldContain(old);
        var problems = folder.Read(Shelf.Replace(old, changed, StringComparison.Ordinal)).ShouldBeOfType<PackageReading.Refused>().Problems;
        problems.ShouldContain(problem => problem.Message.Contains(message, StringComparison.Ordinal), string.Join('\n', problems));
    }
}

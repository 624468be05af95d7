using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class HandedOutTests : IDisposable
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
          let-in:
            title: Let somebody in
            inputs:
              name: { type: string, title: Name, pattern: "^[a-z]{1,8}$" }
            hands_out: { SHELF: "{{ peers.shelf.first.host }}:{{ peers.shelf.first.ports.web }}", SHELF_USER: "{{ inputs.name }}", SHELF_KEY: "{{ operation.secret }}" }
            task: { resources: { cpus: 0.1, memory: 32 }, command: { arguments: [let-in, "{{ inputs.name }}"], environment: { KEY: "{{ operation.secret }}" } } }
          sort:
            title: Sort
            task: { resources: { cpus: 0.1, memory: 32 }, command: { arguments: [sort] } }
        """;

    private readonly TemporaryFolder folder = new();
    private readonly DeclaredPackage package;

    public HandedOutTests()
    {
        package = folder.Package(Shelf);
    }

    public void Dispose() => folder.Dispose();

    private static WantedOperation Asked(string name) => new(7, name, null, DateTimeOffset.UnixEpoch) { Inputs = new JsonObject { ["name"] = "ann" } };

    [Fact]
    public void An_operation_has_a_secret_of_its_own_and_hands_it_out_with_what_it_was_given()
    {
        var settings = Clusters.Settings(package);
        var operation = package.Specify(settings).Operations.Single(each => each.Name == "let-in");
        operation.HandsOut.ShouldBeTrue();
        var command = operation.Pod(Asked("let-in")).Tasks.Single().Command(Clusters.Context("let-in-7", "")).Known();
        command.Secrets.ShouldBe(new Dictionary<string, string> { ["KEY"] = "secret-of-7" });
        command.Arguments.ShouldBe(["let-in", "ann"]);

        var placed = new Dictionary<string, PlacedTask> { ["shelf"] = new("shelf", "t", "10.0.0.1", new Dictionary<string, int> { ["web"] = 7000 }, true) };
        package.HandedOut(settings, placed, Asked("let-in")).ShouldBe(new Dictionary<string, string> { ["SHELF"] = "10.0.0.1:7000", ["SHELF_USER"] = "ann", ["SHELF_KEY"] = "secret-of-7" }, ignoreOrder: true);
        package.HandedOut(settings, new Dictionary<string, PlacedTask>(0), Asked("let-in")).Keys.Order().ShouldBe(["SHELF_KEY", "SHELF_USER"]);
        package.HandedOut(settings, placed, Asked("sort")).ShouldBeEmpty();
        package.HandedOut(settings, placed, Asked("gone")).ShouldBeEmpty("another version had it");
    }

    [Fact]
    public void The_secret_is_no_other_operations_and_outlives_rotations()
    {
        byte[] key = [1, 2, 3];
        ClusterSecrets.OfOperation(key, "c-1", 7).ShouldBe(ClusterSecrets.OfOperation(key, "c-1", 7));
        new[] { ClusterSecrets.OfOperation(key, "c-1", 8), ClusterSecrets.OfOperation(key, "c-2", 7), ClusterSecrets.OfOperation([4], "c-1", 7), ClusterSecrets.Derive(key, "c-1", "operation", 7) }
            .ShouldNotContain(ClusterSecrets.OfOperation(key, "c-1", 7));
    }

    [Theory]
    [InlineData("arguments: [let-in, \"{{ inputs.name }}\"]", "arguments: [let-in, \"{{ operation.secret }}\"]", "the template names operation.secret, which is not known here")]
    [InlineData("arguments: [hold]", "arguments: [hold, \"{{ operation.secret }}\"]", "operation")]
    [InlineData("SHELF_USER: \"{{ inputs.name }}\"", "SHELF_USER: \"{{ inputs.age }}\"", "the template names inputs.age, which is not known here")]
    [InlineData("SHELF_USER:", "shelf-user:", "'shelf-user' is no name for operations.let-in.hands_out")]
    [InlineData("title: Sort\n", "title: Sort\n    kind: backup\n    hands_out: { KEY: \"{{ operation.secret }}\" }\n", "operations.sort.hands_out: only an operation of the kind plain hands anything out")]
    public void Says_what_is_wrong(string old, string changed, string message)
    {
        Shelf.ShouldContain(old);
        var problems = folder.Read(Shelf.Replace(old, changed, StringComparison.Ordinal)).ShouldBeOfType<PackageReading.Refused>().Problems;
        problems.ShouldContain(problem => problem.Message.Contains(message, StringComparison.Ordinal), string.Join('\n', problems));
    }
}

using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class DeclaredTablesTests : IDisposable
{
    private const string Shelf = """
        schema: 1
        name: shelf
        title: Shelf
        description: Holds boxes.
        versions:
          - { version: 1.0, program: /usr/bin/shelf, debian: shelf }
        options:
          shelves: { type: integer, title: Shelves, minimum: 1, maximum: 9, default: 2 }
          alone: { type: boolean, title: Alone, default: false }
        secrets: [key]
        pods:
          one:
            when: alone
            task:
              resources: { cpus: 0.1, memory: 32 }
              ports: [web]
              command: { arguments: [hold] }
              files: [{ path: boxes.sh, copy: boxes.sh }]
          shelf:
            unless: alone
            count: "{{ shelves }}"
            task:
              resources: { cpus: 0.1, memory: 32 }
              ports: [web]
              command: { arguments: [hold] }
              files: [{ path: boxes.sh, copy: boxes.sh }]
        tables:
          boxes:
            title: Boxes
            pods: [one, shelf]
            every_seconds: 30
            command: { program: /bin/sh, arguments: [boxes.sh, "{{ host }}:{{ ports.web }}"], environment: { KEY: "{{ secrets.key }}" } }
            columns:
              - { name: box, title: Box }
              - { name: size, title: Size, kind: bytes }
        """;

    private readonly TemporaryFolder folder = new();
    private readonly DeclaredPackage package;

    public DeclaredTablesTests()
    {
        folder.Write("boxes.sh", "echo '[]'\n");
        package = folder.Package(Shelf);
    }

    public void Dispose() => folder.Dispose();

    private static Dictionary<string, PlacedTask> Placed(params (string Name, bool Ready)[] tasks) => tasks.ToDictionary(
        task => task.Name, task => new PlacedTask(task.Name, "t", "10.0.0." + (task.Name[^1] - '0'), new Dictionary<string, int> { ["web"] = 7000 }, task.Ready));

    [Fact]
    public void The_first_instance_that_serves_is_asked()
    {
        package.Ask(Clusters.Settings(package), Placed(("shelf-0", false)), "boxes").ShouldBeNull("nothing serves");
        var question = package.Ask(Clusters.Settings(package), Placed(("shelf-0", false), ("shelf-1", true)), "boxes").ShouldNotBeNull();
        question.Task.ShouldBe("shelf-1");
        question.Command.Program.ShouldBe("/bin/sh");
        question.Command.Arguments.ShouldBe(["boxes.sh", "10.0.0.1:7000"]);
        question.Command.Secrets.ShouldBe(new Dictionary<string, string> { ["KEY"] = "secret-key" });
        package.Ask(Clusters.Settings(package), Placed(("shelf-1", true)), "lids").ShouldBeNull("there is no such table");
        package.Ask(Clusters.Settings(package, """{"alone":true}"""), Placed(("one", true)), "boxes").ShouldNotBeNull().Task.ShouldBe("one");
    }

    [Fact]
    public void People_are_told_of_what_it_is_made()
    {
        var table = package.Specify(Clusters.Settings(package)).Tables.ShouldHaveSingleItem();
        (table.Name, table.Title, table.Every).ShouldBe(("boxes", "Boxes", TimeSpan.FromSeconds(30)));
        table.Columns.ShouldBe([new TableColumnView("box", "Box", ColumnKind.Text), new TableColumnView("size", "Size", ColumnKind.Bytes)]);
    }

    [Theory]
    [InlineData("pods: [one, shelf]", "pods: [one, cupboard]", "tables.boxes.pods names cupboard, which is no pod")]
    [InlineData("    pods: [one, shelf]\n", "", "tables.boxes.pods must name who can answer")]
    [InlineData("kind: bytes", "kind: money", "kind can't be 'money'")]
    [InlineData("name: size", "name: box", "the column box is there twice")]
    [InlineData("      - { name: box, title: Box }\n      - { name: size, title: Size, kind: bytes }", "      []", "tables.boxes.columns are 0")]
    [InlineData("every_seconds: 30", "every_seconds: 0", "tables.boxes.every_seconds can't be '0'")]
    [InlineData("command: { program: /bin/sh", "http: { program: /bin/sh", "tables.boxes.command is missing")]
    [InlineData("{{ host }}:{{ ports.web }}\"], environment", "{{ host }}:{{ ports.jmx }}\"], environment", "the template names ports.jmx")]
    [InlineData("{{ host }}:{{ ports.web }}\"], environment", "{{ secrets.key }}\"], environment", "secrets can't be used here")]
    public void Says_what_is_wrong(string old, string changed, string message)
    {
        Shelf.ShouldContain(old);
        var problems = folder.Read(Shelf.Replace(old, changed, StringComparison.Ordinal)).ShouldBeOfType<PackageReading.Refused>().Problems;
        problems.ShouldContain(problem => problem.Message.Contains(message, StringComparison.Ordinal), string.Join('\n', problems));
    }
}

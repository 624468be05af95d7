using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class RecurringOperationsTests : IDisposable
{
    private const string Shelf = """
        schema: 1
        name: shelf
        title: Shelf
        description: Holds boxes.
        versions:
          - { version: 1.0, program: /usr/bin/shelf, debian: shelf }
        options:
          days: { type: integer, title: Sorted every (days), minimum: 0, maximum: 30, default: 7, change: dynamic }
        pods:
          shelf:
            task:
              resources: { cpus: 0.1, memory: 32 }
              ports: [web]
              command: { arguments: [hold] }
        operations:
          sort:
            title: Sort
            every_hours: "{{ days }} * 24"
            task: { resources: { cpus: 0.1, memory: 32 }, command: { arguments: [sort] } }
          count:
            title: Count
            task: { resources: { cpus: 0.1, memory: 32 }, command: { arguments: [count] } }
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void How_often_something_is_done_follows_options_and_may_be_never()
    {
        var package = folder.Package(Shelf);
        package.Recurring(new JsonObject { ["days"] = 2 }).ShouldBe(new Dictionary<string, TimeSpan> { ["sort"] = TimeSpan.FromDays(2) });
        package.Recurring(new JsonObject { ["days"] = 0 }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("    every_hours", "    kind: restore\n    every_hours", "package.yaml:19:18: operations.sort.every_hours: by itself nothing is asked for that somebody has to say more of (allowed: an operation of the kind plain or backup whose inputs have defaults)")]
    [InlineData("\"{{ days }} * 24\"", "often", "package.yaml:18:18: operations.sort.every_hours: 'often' is no amount (allowed: a number, or {{ option }} of a number with limits or a boolean (1 or 0), with + - * between them)")]
    [InlineData("\"{{ days }} * 24\"", "9000", "package.yaml:18:18: operations.sort.every_hours is 9000 (allowed: from 0 to 8784)")]
    public void What_can_not_recur_is_refused(string what, string instead, string problem) =>
        folder.Read(Shelf.Replace(what, instead, StringComparison.Ordinal)).ShouldBeOfType<PackageReading.Refused>().Problems.Select(each => each.ToString()).ShouldContain(problem);
}

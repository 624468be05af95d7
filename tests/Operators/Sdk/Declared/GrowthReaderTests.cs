using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class GrowthReaderTests
{
    private const string Package = """
        schema: 1
        name: trial
        title: Trial
        description: For tests.
        versions: [{ version: "1", program: /bin/sleep, debian: coreutils }]
        options:
          workers: { type: integer, title: Workers, minimum: 1, maximum: 8, default: 2 }
        pods:
          head:
            task:
              resources: { cpus: 0.1, memory: 32 }
              ports: [http]
              command: { arguments: ["1"] }
          worker:
            count: "{{ workers }}"
            grows: { to: "{{ workers }} * 2", of: head, when: { fact: waiting, at_least: 1 }, shrinks_when: { fact: running, is: 0 }, shrinks_after_seconds: 60 }
            task:
              resources: { cpus: 0.1, memory: 32 }
              command: { arguments: ["1"] }
        endpoints: []
        facts:
          - pod: head
            http: { port: http, path: /work }
            values:
              - { name: waiting, title: Jobs that wait, json_path: $.waiting }
              - { name: running, title: Jobs that run, json_path: $.running }

        """;

    [Fact]
    public void Reads_how_a_count_follows_the_work()
    {
        var worker = Read(Package).ShouldBeOfType<PackageReading.Read>().Declaration.Pods[1];
        worker.GrowthOf(new() { ["workers"] = 3 }).ShouldBe(new GrowthRule(3, 6, "head", new FactCondition("waiting", FactComparison.AtLeast, "1"), TimeSpan.FromSeconds(10), new FactCondition("running", FactComparison.Is, "0"), TimeSpan.FromSeconds(60)));
    }

    [Theory]
    [InlineData("of: head", "of: worker", "pods.worker.grows.of names worker, which says nothing of itself (facts) (allowed: head)")]
    [InlineData("fact: waiting", "fact: pending", "pods.worker.grows.when.fact names pending, which head does not say of itself (facts)")]
    [InlineData("when: { fact: waiting, at_least: 1 }, ", "", "pods.worker.grows.when is missing")]
    [InlineData("* 2\"", "* 200\"", "pods.worker.grows.to would be from 200 to 1600")]
    [InlineData("count: \"{{ workers }}\"", "count: 1", "worker grows, and is called by its type alone")]
    [InlineData("  worker:\n    count", "  other:\n    waits_for: { worker: placed }\n    task: { resources: { cpus: 0.1, memory: 32 }, command: { arguments: [\"1\"] } }\n  worker:\n    count", "other waits for worker, which grows")]
    [InlineData("command: { arguments: [\"1\"] }\nendpoints", "command: { arguments: [\"1\"] }\n      volumes: [{ name: data, size: 64, path: data }]\nendpoints", "worker grows, and has volumes")]
    public void Refuses_what_could_not_come_and_go(string from, string to, string problem) =>
        Read(Package.Replace(from, to, StringComparison.Ordinal)).ShouldBeOfType<PackageReading.Refused>().Problems.ShouldContain(each => each.ToString().Contains(problem, StringComparison.Ordinal));

    private static PackageReading Read(string yaml)
    {
        using var folder = new TemporaryFolder();
        folder.Write("trial/package.yaml", yaml);
        return PackageReader.Read(Path.Combine(folder.Path, "trial"));
    }
}

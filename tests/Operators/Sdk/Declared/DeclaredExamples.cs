using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

/// <summary>A package that is right, to be spoilt line by line.</summary>
internal static class DeclaredExamples
{
    public const string Store = """
        schema: 1
        name: store
        title: Store
        description: Keeps values.
        versions:
          - version: 2.0
            program: /usr/bin/store-server
            debian: store-server
          - version: 1.9
            program: /usr/bin/store-server-old
            debian: store-server-old
        options:
          replicas: { type: integer, title: Replicas, minimum: 0, maximum: 5, default: 2, change: dynamic }
          memory: { type: integer, title: Memory (MiB), minimum: 64, maximum: 1024, default: 256 }
          policy: { type: string, title: Policy, enum: [keep, drop], default: keep }
          label: { type: string, title: Label, pattern: "^[a-z ]{0,20}$", default: "" }
        sizes:
          S: { memory: 128 }
          L: { memory: 1024, replicas: 5 }
        secrets: [password]
        pods:
          primary:
            task:
              resources: { cpus: 0.5, memory: "{{ memory }} * 2 + 64", disk: 128 }
              ports: [client, admin]
              command:
                arguments: [store.conf, --label, "{{ label }}"]
                environment: { STORE_PASSWORD: "{{ secrets.password }}" }
              files:
                - { path: store.conf, template: store.conf.liquid }
              volumes:
                - { name: data, size: "{{ memory }} * 4", path: data }
              ready: { http: { port: admin, path: /health, body: "^(ok|fine)$" } }
              kill_grace_seconds: 20
          replica:
            count: "{{ replicas }} + 1"
            placement:
              - at_most_on_host: 1
              - attribute: { name: disk, is: ssd }
            waits_for: { primary: ready }
            plans:
              end_when: [{ fact: behind, at_most: 100 }]
              end_last: { fact: leads, is: "yes" }
              before_removal: drain
            task:
              resources: { cpus: 0.25, memory: "{{ memory }}" }
              ports: [client]
              command:
                program: /usr/bin/store-replica
                arguments: ["{{ peers.primary.first.host }}:{{ peers.primary[0].ports.client }}", "{{ index }}"]
              ready: { tcp: client }
        endpoints:
          - { name: client, title: Store, pod: primary, port: client, scheme: store }
          - { name: admin, title: Administration, pod: primary, port: admin, page: true, path: "{{ pages.admin }}/", landing: start }
        exports:
          STORE_URL: "store://:{{ secrets.password }}@{{ peers.primary.first.host }}:{{ peers.primary.first.ports.client }}"
        snippets:
          - title: Shell
            language: shell
            text: |
              {% for replica in peers.replica %}store-cli {{ replica.host }}:{{ replica.ports.client }}
              {% endfor %}
        idle:
          - pod: primary
            http: { port: admin, path: /stats, headers: { Authorization: "token {{ secrets.password }}" } }
            expect: jobs
            signs:
              - { of: jobs, kind: busy, above: 1, json_path: "$.jobs" }
              - { of: a job, kind: time, json_path: "$.last_activity" }
          - pod: replica
            tcp: { port: client, say: "AUTH {{ secrets.password }}\r\nSTATS\r\n" }
            signs: [{ of: queries, kind: count, match: "^queries ([0-9]+)" }]
        facts:
          - pod: replica
            every_seconds: 3
            tcp: { port: client, say: "AUTH {{ secrets.password }}\r\nINFO\r\n" }
            expect: role
            values:
              - { name: behind, title: Values behind, match: "^behind ([0-9]+)", healthy: { at_most: 1000 } }
              - { name: leads, title: Leads, match: "^leads (yes|no)" }
        metrics: { pod: primary, port: admin, path: /metrics }
        operations:
          backup:
            title: Back up
            kind: backup
            ends_within_seconds: 600
            waits_for: { primary: ready }
            task:
              resources: { cpus: 0.1, memory: 64 }
              command:
                program: /usr/bin/store-dump
                arguments: ["{{ peers.primary.first.host }}", "{{ operation.folder }}", "{{ operation.number }}"]
                environment: { STORE_PASSWORD: "{{ secrets.password }}" }
          drain:
            title: Drain
            kind: step
            waits_for: { primary: ready }
            task:
              resources: { cpus: 0.1, memory: 64 }
              command:
                program: /usr/bin/store-drain
                arguments: ["{{ peers.primary.first.host }}", "{{ operation.pod }}", "{{ operation.index }}", "{{ operation.host }}:{{ operation.ports.client }}"]
        """;

    public const string Template = "memory {{ memory }}mb\npolicy {{ policy }}\nlisten {{ host }} {{ ports.client }}\n";

    public static PackageReading Read(TemporaryFolder folder, string yaml, string template = Template)
    {
        folder.Write("package.yaml", yaml);
        folder.Write("store.conf.liquid", template);
        return PackageReader.Read(folder.Path);
    }

    public static IReadOnlyList<PackageProblem> Problems(string yaml, string template = Template)
    {
        using var folder = new TemporaryFolder();
        return Read(folder, yaml, template).ShouldBeOfType<PackageReading.Refused>().Problems;
    }

    /// <summary>The example with one part of its text changed.</summary>
    public static string With(string old, string changed)
    {
        Store.ShouldContain(old);
        return Store.Replace(old, changed, StringComparison.Ordinal);
    }
}

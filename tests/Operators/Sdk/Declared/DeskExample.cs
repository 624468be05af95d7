using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

/// <summary>A package that connects to other clusters, runs Java and Python, and has certificates of its own; it is right, to be spoilt line by line.</summary>
internal static class DeskExample
{
    public const string Desk = """
        schema: 1
        name: desk
        title: Desk
        description: Works with others.
        versions:
          - version: 1.0
            maven: desk/jars
            python: python
            alternative: { without: python, why: Debian's python stands in }
        options:
          cluster: { type: cluster, title: Cluster }
          run: { type: string, title: Run, pattern: "^([a-z]{1,20}\\.txt)?$", file_in: _texts, default: "" }
          memory: { type: integer, title: Memory (MiB), minimum: 64, maximum: 1024, default: 256 }
        secrets: [token]
        lake:
          - { path: _texts, seed: texts }
          - { path: "_logs/{{ cluster }}" }
        certificates:
          authority: tls/authority.pem
          own: tls/own.pem
          variables: { DESK_CA: authority, DESK_CERT: own }
        java:
          options: [--add-opens=java.base/java.lang=ALL-UNNAMED]
        pods:
          table:
            task:
              resources: { cpus: 0.5, memory: "{{ memory }} + 64" }
              ports: [web]
              command:
                java:
                  main: org.example.Table
                  heap: "{{ memory }}"
                  options: [-XX:+UseSerialGC, "-Dcluster={{ cluster }}", "-javaagent:watch.jar"]
                  arguments: [--port, "{{ ports.web }}", "{% if artifacts.python %}new{% else %}old{% endif %}"]
                  class_archive:
                    arguments: [--port, "{{ ports.spare }}"]
                    environment: { MODE: training }
                    ready: serves
                    ports: [spare]
                    script: train.sh
                    files: [{ path: train.sh, copy: asks.py }, { path: etc/port, text: "{{ ports.spare }}" }]
                environment: { TOKEN: "{{ secrets.token }}", KIND: table, AT: "{{ host }}" }
                sandbox_paths: { PYTHONPATH: python/site-packages, HOME: home }
              ready: { command: { program: /usr/bin/python3, arguments: [asks.py, "{{ ports.web }}"] } }
              files:
                - { path: asks.py, copy: asks.py }
          chair:
            task:
              resources: { cpus: 0.1, memory: 128 }
              command:
                program: /bin/sh
                arguments: [begin.sh, "{{ index }}"]
                java: { main: org.example.Chair, heap: 64, class_path: [conf], class_archive: { of: table } }
              files:
                - { path: begin.sh, text: 'exec "$@"' }
          run:
            when: run
            task:
              runs_once: true
              resources: { cpus: 0.1, memory: 64 }
              command:
                program: /usr/bin/cat
                arguments: ["{{ lake }}/_texts/{{ run }}"]
        endpoints:
          - { name: table, title: Table, pod: table, port: web, page: true, landing: "{% if artifacts.python %}new{% else %}old/start{% endif %}", headers: { Authorization: "token {{ secrets.token }}" } }
        exports:
          DESK_URL: "http://{{ peers.table.first.host }}:{{ peers.table.first.ports.web }}"
          DESK_TOKEN: "{{ secrets.token }}"
          DESK_CONFIG: { path: desk/client.conf, text: "token={{ secrets.token }}" }
        snippets:
          - title: "What is found of {{ connected.cluster.name }}"
            language: shell
            text: |
              {% for variable in connected.cluster.variables -%}
              {{ variable.name }}={{ variable.value }}
              {% endfor %}
          - { title: Command, language: shell, pod: table, text: "dp desk {{ cluster }}" }
        """;

    public static PackageReading Read(TemporaryFolder folder, string yaml)
    {
        folder.Write("package.yaml", yaml);
        folder.Write("asks.py", "exit()\n");
        folder.Write("texts/mine.txt", "mine\n");
        folder.Write("texts/about.md", "of the texts\n");
        folder.Write("pom.xml", "<project/>");
        folder.Write("lock.sha256", $"{new string('a', 64)}  org/desk/1/desk-1.jar\n");
        folder.Write("requirements.txt", $"desk==1.0 --hash=sha256:{new string('b', 64)}\n");
        return PackageReader.Read(folder.Path);
    }

    public static DeclaredPackage Package(TemporaryFolder folder)
    {
        var reading = Read(folder, Desk);
        return new DeclaredPackage(reading.ShouldBeOfType<PackageReading.Read>(reading is PackageReading.Refused refused ? string.Join('\n', refused.Problems) : null).Declaration, folder.Path);
    }
}

using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Services.Cli.Packages;

/// <summary>A package to begin with: a page that greets, served by the Python that hosts have anyway.</summary>
internal static class FirstPackage
{
    private const string Declaration = """
        schema: 1
        name: NAME
        title: NAME
        description: A page that greets, served by Python.

        versions:
          - version: "3"
            program: /usr/bin/python3
            debian: python3

        options:
          greeting:
            type: string
            title: Greeting
            description: What the page says.
            pattern: "^[A-Za-z0-9 ,.!]{1,80}$"
            default: Hello!

        pods:
          server:
            task:
              resources: { cpus: 0.1, memory: 64, disk: 16 }
              ports: [http]
              command:
                # No shell reads these: each is one argument, whatever it holds.
                arguments: [-m, http.server, "{{ ports.http }}", --bind, "{{ host }}", --directory, public]
              files:
                - { path: public/index.html, template: index.html.liquid }
              ready:
                http: { port: http, path: /, body: "<h1>" }

        endpoints:
          - { name: page, title: The page, pod: server, port: http, page: true }

        snippets:
          - title: Shell
            language: shell
            text: curl http://{{ peers.server.first.host }}:{{ peers.server.first.ports.http }}/

        """;

    private const string Page = """
        <!doctype html>
        <title>{{ cluster | escape }}</title>
        <h1>{{ greeting | escape }}</h1>
        <p>This is {{ task }} of {{ cluster }}, on {{ host }}.</p>

        """;

    /// <param name="folder">Is not there yet.</param>
    public static void Write(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, PackageReader.FileName), Declaration.Replace("NAME", name, StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder, "index.html.liquid"), Page);
    }
}

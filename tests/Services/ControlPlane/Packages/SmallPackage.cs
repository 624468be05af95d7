using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Services.Tests.ControlPlane.Packages;

/// <summary>The folder of a package that can be read.</summary>
internal static class SmallPackage
{
    private const string Declaration = """
        schema: 1
        name: NAME
        title: Small
        description: Serves files.
        versions: [{ version: "1", program: /usr/bin/python3, debian: python3 }]
        pods:
          server:
            task:
              resources: { cpus: 0.1, memory: 32 }
              ports: [http]
              command: { arguments: [-m, http.server, "{{ ports.http }}"] }
              files: [{ path: index.html, template: pages/index.html.liquid }]
              ready: { tcp: http }
        """;

    public static string Write(string folder, string name, Func<string, string>? change = null)
    {
        Directory.CreateDirectory(Path.Combine(folder, "pages"));
        var yaml = Declaration.Replace("NAME", name, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, PackageReader.FileName), change?.Invoke(yaml) ?? yaml);
        File.WriteAllText(Path.Combine(folder, "pages", "index.html.liquid"), "{{ cluster }}");
        return folder;
    }
}

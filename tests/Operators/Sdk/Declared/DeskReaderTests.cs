using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class DeskReaderTests
{
    [Theory]
    [InlineData("without: python, why", "without: archive, why", "versions[0].alternative.without can't be 'archive'")]
    [InlineData("    maven: desk/jars\n    python: python\n    alternative: { without: python", "    python: python\n    alternative: { without: maven", "the version has no maven")]
    [InlineData("why: Debian's python stands in", "why: Debian's python stands in.", "alternative.why can't be")]
    [InlineData("{ without: python, why: Debian's python stands in }", "{ without: python }", "versions[0].alternative.why is missing")]
    [InlineData("cluster: { type: cluster, title: Cluster }", "cluster: { type: string, title: Cluster, enum: [a], default: a }", "cluster is a name of the platform's")]
    [InlineData("cluster: { type: cluster, title: Cluster }", "cluster: { type: cluster, title: Cluster, default: A_B }", "options.cluster.default can't be 'A_B'")]
    [InlineData("cluster: { type: cluster, title: Cluster }", "cluster: { type: cluster, title: Cluster, pattern: \"^a$\" }", "options.cluster.pattern is for texts only")]
    [InlineData("file_in: _texts", "file_in: _words", "file_in names _words, which is no folder of lake")]
    [InlineData("type: integer, title: Memory", "type: integer, file_in: _texts, title: Memory", "options.memory.file_in is for texts only")]
    [InlineData("{ path: _texts, seed: texts }", "{ path: _texts, seed: words }", "lake[0].seed: the package holds no folder words")]
    [InlineData("{ path: _texts, seed: texts }", "{ path: _texts, seed: ../texts }", "lake[0].seed can't be '../texts'")]
    [InlineData("_logs/{{ cluster }}", "../{{ cluster }}", "lake[1].path leads out of the lake")]
    [InlineData("_logs/{{ cluster }}", "_logs/{{ run }}", "the template names run")]
    [InlineData("authority: tls/authority.pem", "authority: /etc/authority.pem", "certificates.authority can't be '/etc/authority.pem'")]
    [InlineData("own: tls/own.pem", "own: asks.py", "certificates.own: something else is to stand at asks.py")]
    [InlineData("own: tls/own.pem", "own: tls/authority.pem", "certificates.own is the authority's path already")]
    [InlineData("DESK_CERT: own", "DESK_CERT: key", "DESK_CERT can't hold the path of 'key'")]
    [InlineData("options: [--add-opens=java.base/java.lang=ALL-UNNAMED]", "options: [\"-Dat={{ cluster }}\"]", "'-Dat={{ cluster }}' is for all clusters the same")]
    [InlineData("options: [--add-opens=java.base/java.lang=ALL-UNNAMED]", "options: [Main]", "Main is no option of java.options")]
    [InlineData("-XX:+UseSerialGC, ", "-cp, other.jar, ", "-cp is no option of pods.table.task.command.java.options")]
    [InlineData("main: org.example.Table", "main: org/example/Table", "java.main can't be 'org/example/Table'")]
    [InlineData("heap: \"{{ memory }}\"", "heap: \"{{ space }}\"", "there is no option space")]
    [InlineData("heap: 64, class_path: [conf]", "heap: 64, class_path: [/etc]", "/etc leads out of the sandbox")]
    [InlineData("arguments: [--port, \"{{ ports.spare }}\"]", "arguments: [--port, \"{{ ports.web }}\"]", "the template names ports.web")]
    [InlineData("text: \"{{ ports.spare }}\"", "text: \"{{ host }}\"", "the template names host")]
    [InlineData("ports: [spare]", "ports: [spare, spare]", "'spare' is no new name of a port")]
    [InlineData("script: train.sh", "script: etc/port", "class_archive.script is to be one of the files beside it")]
    [InlineData("{ path: etc/port,", "{ path: train.sh,", "the file train.sh is there twice")]
    [InlineData("{ MODE: training }", "{ MODE: \"{{ host }}\" }", "'{{ host }}' is for all clusters the same")]
    [InlineData("{ of: table }", "{ of: chair }", "class_archive.of names chair, which has no archive of its own")]
    [InlineData("ready: serves", "ready: \"\"", "class_archive.ready must be a text")]
    [InlineData("arguments: [--port, \"{{ ports.web }}\", ", "arguments: [--token, \"{{ secrets.token }}\", ", "secrets can't be used here: everybody on the host sees arguments")]
    [InlineData("\"-Dcluster={{ cluster }}\"", "\"-Dtoken={{ secrets.token }}\"", "secrets can't be used here: everybody on the host sees arguments")]
    [InlineData("        java:\n          main: org.example.Table", "        arguments: [x]\n        java:\n          main: org.example.Table", "of a Java program they stand in java")]
    [InlineData("when: run", "when: memory", "names memory, which is no option that can be false or empty")]
    [InlineData("when: run", "when: walk", "names walk, which is no option that can be false or empty")]
    [InlineData("landing: \"{% if artifacts.python %}new{% else %}old/start{% endif %}\"", "landing: /start", "landing can't be '/start'")]
    [InlineData("{% if artifacts.python %}new{% else %}old/start", "{% if artifacts.ruby %}new{% else %}old/start", "the template names artifacts.ruby")]
    [InlineData("headers: { Authorization: ", "headers: { \"Not a header\": ", "'Not a header' is no name")]
    [InlineData("page: true, landing", "landing", "the console says them to a page")]
    [InlineData("token {{ secrets.token }}", "token {{ secrets.password }}", "the template names secrets.password")]
    [InlineData("path: desk/client.conf, text", "path: ../client.conf, text", "exports.DESK_CONFIG.path can't be '../client.conf'")]
    [InlineData("path: desk/client.conf, text: \"token={{ secrets.token }}\"", "path: desk/client.conf", "a file has one content")]
    [InlineData("DESK_TOKEN: ", "desk_token: ", "'desk_token' is no name for exports")]
    [InlineData("{{ connected.cluster.name }}", "{{ connected.memory.name }}", "the template names connected.memory.name")]
    [InlineData("{{ variable.value }}", "{{ variable.secret }}", "the template names variable.secret")]
    [InlineData("DESK_URL: \"http://{{ peers.table.first.host }}", "DESK_URL: \"http://{{ connected.cluster.name }}", "connected can't be used here: only snippets tell of other clusters")]
    [InlineData("language: shell, pod: table", "language: shell, pod: stool", "snippets[1].pod names stool, which is no pod")]
    public void Says_in_which_line_what_is_wrong(string old, string changed, string message)
    {
        DeskExample.Desk.ShouldContain(old);
        var yaml = DeskExample.Desk.Replace(old, changed, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();

        var problems = DeskExample.Read(folder, yaml).ShouldBeOfType<PackageReading.Refused>().Problems;

        var problem = problems.FirstOrDefault(each => each.Message.Contains(message, StringComparison.Ordinal)).ShouldNotBeNull(string.Join('\n', problems));
        problem.File.ShouldBe("package.yaml");
        var line = yaml[..yaml.IndexOf(changed, StringComparison.Ordinal)].Count(letter => letter == '\n') + 1;
        // Of a text over several lines the first is named.
        problem.Line.ShouldBeInRange(line - 2, line + changed.Count(letter => letter == '\n'), problem.ToString());
        problem.Column.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_task_that_names_the_place_of_a_pod_that_may_be_missing_is_found_by_a_trial()
    {
        using var folder = new TemporaryFolder();
        var yaml = DeskExample.Desk.Replace("  chair:\n    task:", "  chair:\n    waits_for: { run: placed }\n    task:", StringComparison.Ordinal)
            .Replace("arguments: [begin.sh, \"{{ index }}\"]", "arguments: [begin.sh, \"{{ peers.run.first.host | append: 'x' | size | divided_by: peers.run.size }}\"]", StringComparison.Ordinal);

        DeskExample.Read(folder, yaml).ShouldBeOfType<PackageReading.Refused>().Problems.ShouldHaveSingleItem().Message.ShouldContain("a cluster of the defaults can't be specified");
    }
}

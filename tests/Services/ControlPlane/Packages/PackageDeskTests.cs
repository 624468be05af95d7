using System.Formats.Tar;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Packages;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DataPlatform.Services.Tests.ControlPlane.Packages;

public sealed class PackageDeskTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_installed_package_is_there_at_once_and_gone_once_it_is_removed()
    {
        await using var host = await ControlPlaneHost.Start(packages: Operator);
        var (status, body) = await Install(host, SmallPackage.Write(Path.Combine(folder.Path, "tiny"), "tiny"));

        status.ShouldBe(HttpStatusCode.Created, body.ToJsonString());
        body["name"]!.GetValue<string>().ShouldBe("tiny");
        (await host.Client.GetStringAsync("/api/v1/packages")).ShouldContain("\"tiny\"");
        File.Exists(Path.Combine(host.Settings.InstalledPackages, "tiny@1", "pages", "index.html.liquid")).ShouldBeTrue();
        (await host.Post("/api/v1/clusters", """{"package":"tiny","name":"trial"}""")).Status.ShouldBe(HttpStatusCode.Created);

        var (inUse, refusal) = await Remove(host, "tiny");
        inUse.ShouldBe(HttpStatusCode.Conflict);
        refusal!["detail"]!.GetValue<string>().ShouldContain("Clusters of tiny 1: trial");
        (await Install(host, Path.Combine(folder.Path, "tiny"))).Status.ShouldBe(HttpStatusCode.Conflict);

        host.Get<ClusterStore>().MarkDeleted(host.Get<ClusterStore>().Find("trial")!.Id, DateTimeOffset.UtcNow);
        (await Remove(host, "tiny")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await host.Client.GetStringAsync("/api/v1/packages")).ShouldNotContain("\"tiny\"");
        Directory.GetFileSystemEntries(host.Settings.InstalledPackages).ShouldBeEmpty();
        (await Remove(host, "tiny")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_package_that_is_not_right_is_refused_with_file_line_and_column_and_leaves_nothing()
    {
        await using var host = await ControlPlaneHost.Start(packages: Operator);
        var (status, body) = await Install(host, SmallPackage.Write(Path.Combine(folder.Path, "tiny"), "tiny", yaml => yaml.Replace("tcp: http", "tcp: web", StringComparison.Ordinal)));

        status.ShouldBe(HttpStatusCode.BadRequest);
        body["errors"]![0]!["field"]!.GetValue<string>().ShouldBe("package.yaml:13:21");
        body["errors"]![0]!["allowed"]!.GetValue<string>().ShouldBe("http");
        Directory.GetFileSystemEntries(host.Settings.InstalledPackages).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("/tmp/escaped")]
    [InlineData("a/../../escaped")]
    [InlineData("a b")]
    public async Task A_path_that_leads_out_of_the_folder_is_refused(string path)
    {
        await using var host = await ControlPlaneHost.Start(packages: Operator);
        var (status, body) = await Install(host, Tar(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream("x"u8.ToArray()) }));

        status.ShouldBe(HttpStatusCode.BadRequest);
        body["errors"]![0]!["message"]!.GetValue<string>().ShouldContain("can't be called so");
        File.Exists(Path.Combine(host.Settings.WorkDir, "escaped")).ShouldBeFalse();
    }

    [Fact]
    public async Task Links_are_refused_and_so_is_what_is_no_tar_or_too_large()
    {
        await using var host = await ControlPlaneHost.Start(packages: Operator);

        (await Install(host, Tar(new PaxTarEntry(TarEntryType.SymbolicLink, "package.yaml") { LinkName = "/etc/passwd" }))).Body["errors"]![0]!["message"]!.GetValue<string>().ShouldContain("is no plain file");
        (await Install(host, Encoding.UTF8.GetBytes(new string('x', 2000)))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Install(host, [])).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Install(host, new byte[PackageArchive.MostBytes + 1])).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await host.Post("/api/v1/packages", "{}")).Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        using var stranger = new ByteArrayContent([]);
        (await host.Stranger.PostAsync("/api/v1/packages", stranger)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_comes_with_the_platform_is_neither_replaced_nor_removed()
    {
        await using var host = await ControlPlaneHost.Start(packages: Operator);

        (await Install(host, SmallPackage.Write(Path.Combine(folder.Path, "sample"), "sample"))).Status.ShouldBe(HttpStatusCode.Conflict);
        (await Remove(host, "sample")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await Remove(host, "..%2F..")).Status.ShouldBe(HttpStatusCode.NotFound);
        host.Get<Catalogue>().Find("sample").ShouldBe(host.Engine);
    }

    [Fact]
    public async Task A_second_version_stands_beside_the_first_and_new_clusters_choose()
    {
        await using var host = await ControlPlaneHost.Start(packages: Operator);
        await Install(host, Tiny("1"));
        await Launch(host, """{"package":"tiny","name":"old"}""");
        var (status, body) = await Install(host, Tiny("2"));

        status.ShouldBe(HttpStatusCode.Created, body.ToJsonString());
        body["versions"]!.AsArray().Select(version => version!.GetValue<string>()).ShouldBe(["2", "1"]);
        Cluster(host, "old").VersionOf().ShouldBe("1");
        host.Get<Catalogue>().Find("tiny")!.OptionsOf(Cluster(host, "old"))["version"]!.GetValue<string>().ShouldBe("1");
        await Launch(host, """{"package":"tiny","name":"new"}""");
        await Launch(host, """{"package":"tiny","name":"chosen","version":"1"}""");
        (Cluster(host, "new").VersionOf(), Cluster(host, "chosen").VersionOf()).ShouldBe(("2", "1"));

        var (refused, problem) = await host.Post("/api/v1/clusters", """{"package":"tiny","name":"other","version":"3"}""");
        refused.ShouldBe(HttpStatusCode.BadRequest);
        problem["errors"]![0]!.ToJsonString().ShouldBe("""{"field":"version","message":"the package tiny has no such version","allowed":"2, 1"}""");
    }

    [Fact]
    public async Task What_clusters_run_on_is_neither_replaced_nor_removed_and_the_rest_is()
    {
        await using var host = await ControlPlaneHost.Start(packages: Operator);
        await Install(host, Tiny("1"));
        await Launch(host, """{"package":"tiny","name":"old"}""");

        (await Install(host, Tiny("1"))).Body["detail"]!.GetValue<string>().ShouldContain("tiny 1 is what old runs on.");
        var both = SmallPackage.Write(Path.Combine(folder.Path, "both"), "tiny", yaml => yaml.Replace("title: Small", "title: Other", StringComparison.Ordinal)
            .Replace("versions: [", "versions: [{ version: \"2\", program: /usr/bin/python3, debian: python3 }, ", StringComparison.Ordinal));
        var (status, body) = await Install(host, both);
        status.ShouldBe(HttpStatusCode.Created, body.ToJsonString());
        body["kept"]!.ToJsonString().ShouldBe("""{"1":"is what old runs on"}""");
        var engine = host.Get<Catalogue>().Find("tiny")!;
        (engine.PackageOf("2")!.Title, engine.PackageOf("1")!.Title).ShouldBe(("Other", "Small"));

        var (inUse, refusal) = await Remove(host, "tiny");
        inUse.ShouldBe(HttpStatusCode.Conflict);
        refusal!["detail"]!.GetValue<string>().ShouldStartWith("Clusters of tiny 1: old. Delete them first, or move them");
        (await Remove(host, "tiny?version=1")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await Remove(host, "tiny?version=7")).Body!["detail"]!.GetValue<string>().ShouldBe("There are of tiny: 2, 1");
        (await Remove(host, "tiny?version=2")).Status.ShouldBe(HttpStatusCode.NoContent);
        host.Get<Catalogue>().Find("tiny")!.Package.Versions.ShouldBe(["1"]);
        Directory.GetDirectories(host.Settings.InstalledPackages).Select(Path.GetFileName).ShouldBe(["tiny@1"]);
    }

    [Fact]
    public async Task A_cluster_moves_to_another_version_and_frees_the_one_before_when_it_has_arrived()
    {
        await using var host = await ControlPlaneHost.Start(packages: Operator);
        await Install(host, Tiny("1"));
        await Launch(host, """{"package":"tiny","name":"old"}""");
        await Install(host, SmallPackage.Write(Path.Combine(folder.Path, "second"), "tiny", yaml => Of(yaml, "2") + "\noptions: { depth: { type: integer, title: Depth, minimum: 1, maximum: 9, default: 4 } }\n"));

        var (status, change) = await host.Post("/api/v1/clusters/old/update", """{"options":{"version":"2","depth":5}}""");
        status.ShouldBe(HttpStatusCode.OK, change.ToJsonString());
        change["options"]!.AsArray().Select(option => $"{option!["option"]}: {option["before"]} -> {option["after"]}").ShouldBe(["depth:  -> 5", "version: 1 -> 2"], ignoreOrder: true);
        Cluster(host, "old").VersionOf().ShouldBe("2");
        (await Remove(host, "tiny?version=1")).Body!["detail"]!.GetValue<string>().ShouldStartWith("Clusters of tiny 1: old.");
        ((ScriptedOperator)host.Get<Catalogue>().Find("tiny")!).Show(Cluster(host, "old").Id, ScriptedOperator.Pending with { SettledTarget = 2 });
        (await Remove(host, "tiny?version=1")).Status.ShouldBe(HttpStatusCode.NoContent);

        var (gone, problem) = await host.Post("/api/v1/clusters/old/rollback", "{}");
        gone.ShouldBe(HttpStatusCode.Conflict);
        problem["errors"]![0]!["message"]!.GetValue<string>().ShouldBe("it ran on tiny 1");
        (await host.Post("/api/v1/clusters/old/update", """{"options":{"version":"1"}}""")).Body["errors"]![0]!["allowed"]!.GetValue<string>().ShouldBe("2");
    }

    [Fact]
    public async Task What_runs_of_a_blueprint_stays_on_its_version_until_the_file_names_another()
    {
        await using var host = await ControlPlaneHost.Start(packages: Operator);
        async Task<string> Up(string cluster)
        {
            var (status, change) = await host.Post("/api/v1/blueprints", new JsonObject { ["content"] = $"schema: 1\nname: lab\nclusters:\n  page: {{ package: tiny{cluster} }}\n" }.ToJsonString());
            status.ShouldBe(HttpStatusCode.OK, change.ToJsonString());
            return change["clusters"]![0]!["change"]!.GetValue<string>();
        }

        await Install(host, Tiny("1"));
        (await Up("")).ShouldBe("launched");
        await Install(host, Tiny("2"));
        (await Up("")).ShouldBe("left");
        Cluster(host, "page").VersionOf().ShouldBe("1");
        (await host.Post("/api/v1/blueprints/export", """{"of":["lab"]}""")).Body["content"]!.GetValue<string>().ShouldContain("version: \"1\"");

        (await Up(", version: \"2\"")).ShouldBe("changed");
        Cluster(host, "page").VersionOf().ShouldBe("2");
        (await Up("")).ShouldBe("left");
    }

    [Fact]
    public async Task A_folder_that_was_put_there_by_hand_can_lose_one_of_its_versions()
    {
        await using var host = await ControlPlaneHost.Start(
            packages: Operator, change: settings => settings with { Packages = Path.Combine(folder.Path, "packages") },
            configure: services =>
            {
                SmallPackage.Write(Path.Combine(folder.Path, "packages", "tiny"), "tiny", yaml => yaml.Replace("versions: [", "versions: [{ version: \"2\", program: /usr/bin/python3, debian: python3 }, ", StringComparison.Ordinal));
                var package = PackageScan.Of([Path.Combine(folder.Path, "packages")]).Packages.Single();
                services.AddSingleton(package).AddSingleton<IClusterOperator>(new ScriptedOperator("tiny") { Declared = package });
            });

        (await Remove(host, "tiny?version=2")).Status.ShouldBe(HttpStatusCode.NoContent);
        Directory.GetDirectories(Path.Combine(folder.Path, "packages")).Select(Path.GetFileName).ShouldBe(["tiny@1"]);
        PackageScan.Of([Path.Combine(folder.Path, "packages")]).Packages.Single().Versions.ShouldBe(["1"]);
    }

    private string Tiny(string version) => SmallPackage.Write(Path.Combine(folder.Path, $"tiny-{version}"), "tiny", yaml => Of(yaml, version));

    private static string Of(string yaml, string version) => yaml.Replace("version: \"1\"", $"version: \"{version}\"", StringComparison.Ordinal);

    private static DesiredCluster Cluster(ControlPlaneHost host, string name) => host.Get<ClusterStore>().Find(name)!;

    private static async Task Launch(ControlPlaneHost host, string json)
    {
        var (status, body) = await host.Post("/api/v1/clusters", json);
        status.ShouldBe(HttpStatusCode.Created, body.ToJsonString());
    }

    private static OperatorFactory Operator { get; } = new(package => new ScriptedOperator(package.Name) { Declared = package });

    private static Task<(HttpStatusCode Status, JsonObject Body)> Install(ControlPlaneHost host, string folder) => Install(host, PackageArchive.Pack(folder));

    private static async Task<(HttpStatusCode Status, JsonObject Body)> Install(ControlPlaneHost host, byte[] archive)
    {
        using var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        // Asked before it is sent: whoever refuses what is too long reads none of it.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/packages") { Content = content, Headers = { ExpectContinue = true } };
        using var answer = await host.Client.SendAsync(request);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());
    }

    private static async Task<(HttpStatusCode Status, JsonObject? Body)> Remove(ControlPlaneHost host, string name)
    {
        using var answer = await host.Client.DeleteAsync($"/api/v1/packages/{name}");
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text)!.AsObject());
    }

    private static byte[] Tar(TarEntry entry)
    {
        using var content = new MemoryStream();
        using (var writer = new TarWriter(content, leaveOpen: true))
            writer.WriteEntry(entry);
        return content.ToArray();
    }
}

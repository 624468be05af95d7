using System.Formats.Tar;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Packages;
using DataPlatform.Services.ControlPlane.Storage;

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
        File.Exists(Path.Combine(host.Settings.InstalledPackages, "tiny", "pages", "index.html.liquid")).ShouldBeTrue();
        (await host.Post("/api/v1/clusters", """{"package":"tiny","name":"trial"}""")).Status.ShouldBe(HttpStatusCode.Created);

        var (inUse, refusal) = await Remove(host, "tiny");
        inUse.ShouldBe(HttpStatusCode.Conflict);
        refusal!["detail"]!.GetValue<string>().ShouldContain("Clusters of tiny: trial");
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

    private static OperatorFactory Operator { get; } = new(package => new ScriptedOperator(package.Name));

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

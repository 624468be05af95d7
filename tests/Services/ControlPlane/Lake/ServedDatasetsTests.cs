using System.Net;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Lake;
using DataPlatform.Services.ControlPlane.Lake.Served;
using DataPlatform.Services.ControlPlane.Lake.Sql;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.ControlPlane.Lake;

/// <summary>Datasets that lie on clusters.</summary>
public sealed class ServedDatasetsTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);
    private ScriptedFiles files = null!;
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync()
    {
        files = await ScriptedFiles.StartAsync();
        host = await ControlPlaneHost.Start(time);
        // As it is set up for tasks that are another user's.
        Directory.CreateDirectory(host.Settings.Lake);
        await File.WriteAllTextAsync(Path.Combine(host.Settings.Lake, "birds.csv"), "name\nTern\n");
        (await host.Post("/api/v1/clusters", """{"package":"sample","name":"store"}""")).Status.ShouldBe(HttpStatusCode.Created);
        files.Files["flights/year=2001/part-0.csv"] = ("origin,delay\nDTW,66\nHNL,95\n", 1_000_000);
        files.Files["flights/year=2002/part-0.csv"] = ("origin,delay\nSFO,5\n", 2_000_000);
        files.Files["flights/_SUCCESS"] = ("", 2_000_000);
        files.Files[".staging/job.csv"] = ("a\n1\n", 1);
        Serve(files.Endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await files.DisposeAsync();
    }

    [Fact]
    public async Task They_are_listed_shown_and_asked_in_SQL_beside_those_of_the_folder()
    {
        var listed = await ListedAsync();
        listed.Select(dataset => dataset.Path).ShouldBe(["birds.csv", "store:flights"]);
        (listed[1].Format, listed[1].Files, listed[1].SizeBytes, listed[1].Owner, listed[1].Cluster).ShouldBe(("csv", 2, 46, "ann", "store"));
        listed[1].ModifiedAt.ShouldBe(DateTimeOffset.FromUnixTimeMilliseconds(2_000_000));

        var shown = (await host.Get<LakeReader>().Read("store:flights", 10, default)).ShouldNotBeNull();
        shown.Columns!.Select(column => column.Name).ShouldBe(["origin", "delay"]);
        shown.Rows!.Select(row => string.Join('|', row)).ShouldBe(["DTW|66", "HNL|95"]);
        (await AskAsync("""SELECT year, sum(delay) FROM "store:flights" GROUP BY year ORDER BY year""")).ShouldBe("2001|161;2002|5");
        (await AskAsync("""SELECT count(*) FROM "store:flights", "birds.csv" """)).ShouldBe("3");
        (await AskAsync("SELECT * FROM \"store:flight\"")).ShouldContain("\"store:flights\"");
        // A copy serves until the file is another.
        files.Opened.Order().ShouldBe(["flights/year=2001/part-0.csv", "flights/year=2002/part-0.csv"]);
    }

    [Fact]
    public async Task A_file_that_became_another_is_read_anew()
    {
        await AskAsync("""SELECT * FROM "store:flights" """);
        files.Files["flights/year=2002/part-0.csv"] = ("origin,delay\nSFO,7\n", 3_000_000);
        time.Advance(TimeSpan.FromSeconds(6));
        (await AskAsync("""SELECT delay FROM "store:flights" WHERE origin = 'SFO'""")).ShouldBe("7");
        files.Opened.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Another_address_is_asked_where_one_stands_by()
    {
        await using var standby = await ScriptedFiles.StartAsync();
        standby.StandsBy = true;
        Serve(standby.Endpoint, files.Endpoint with { Name = "files-1" });
        (await AskAsync("""SELECT count(*) FROM "store:flights" """)).ShouldBe("3");
    }

    [Theory]
    [InlineData("http://127.0.0.1:1", "store sends whoever reads to http://127.0.0.1:1/webhdfs/v1/user/ann/flights/year=2001/part-0.csv?op=OPEN&user.name=ann, which is none of its tasks")]
    [InlineData("file:///etc/passwd", "which is none of its tasks")]
    public async Task Nobody_else_is_asked_for_what_a_cluster_has(string elsewhere, string why)
    {
        files.Elsewhere = elsewhere;
        (await AskAsync("""SELECT count(*) FROM "store:flights" """)).ShouldContain(why);
        using var shown = await host.Client.GetAsync("/api/v1/lake/store:flights");
        shown.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await shown.Content.ReadAsStringAsync()).ShouldContain("none of its tasks");
    }

    [Fact]
    public async Task What_is_too_large_is_refused_before_it_is_copied()
    {
        files.Files["huge.csv"] = ("a\n" + new string('1', 70 * 1024 * 1024), 1);
        using var shown = await host.Client.GetAsync("/api/v1/lake/store:huge.csv");
        (await shown.Content.ReadAsStringAsync()).ShouldContain("larger than is read here");
        files.Opened.ShouldBeEmpty();
    }

    [Fact]
    public async Task Copies_that_were_not_asked_for_for_longest_make_room()
    {
        var folder = Path.Combine(host.Settings.WorkDir, "few");
        using var copies = new FileCopies(folder, host.Get<WebHdfs>(), most: 40);
        var server = host.Get<FileServers>().Find().ShouldHaveSingleItem();
        var (first, second) = (Listed("flights/year=2001/part-0.csv"), Listed("flights/year=2002/part-0.csv"));
        var kept = (await copies.OfAsync(server, [first], default))[0];
        File.GetUnixFileMode(folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.ReadAllText(kept.Readable).ShouldBe(files.Files["flights/year=2001/part-0.csv"].Text);
        var other = (await copies.OfAsync(server, [second], default))[0];
        File.Exists(other.Readable).ShouldBeTrue();
        File.Exists(kept.Readable).ShouldBeFalse("both are more than there is room for");

        // What was cut while it was copied is no copy.
        await Should.ThrowAsync<IOException>(() => copies.OfAsync(server, [second with { Length = 5 }], default));
        Directory.GetFiles(folder).Where(file => !file.EndsWith(".part", StringComparison.Ordinal)).ShouldNotContain(file => new FileInfo(file).Length == 5);
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_hides_nothing_else_and_says_why()
    {
        await files.StopAsync();
        (await ListedAsync()).Select(dataset => dataset.Path).ShouldBe(["birds.csv"]);
        (await host.Get<LakeReader>().ListAsync(default)).Unknown.ShouldHaveSingleItem().ShouldStartWith("store can't be asked");
        (await AskAsync("SELECT name FROM \"birds.csv\"")).ShouldBe("Tern");
        (await AskAsync("SELECT * FROM \"store:flights\"")).ShouldContain("store can't be asked");
    }

    [Fact]
    public async Task A_cluster_that_does_not_say_that_it_serves_files_or_is_not_ready_is_not_asked()
    {
        Serve(files.Endpoint with { Answers = null });
        (await ListedAsync()).Select(dataset => dataset.Path).ShouldBe(["birds.csv"]);
        host.Engine.Show(Id, ScriptedOperator.Pending with { Endpoints = [files.Endpoint], Tasks = [files.Task] });
        (await ListedAsync()).Select(dataset => dataset.Path).ShouldBe(["birds.csv"]);
    }

    private string Id => host.Get<ClusterStore>().Find("store")!.Id;

    private ListedFile Listed(string path) => new($"/user/ann/{path}", files.Files[path].Text.Length, DateTimeOffset.FromUnixTimeMilliseconds(files.Files[path].ModifiedAt));

    private void Serve(params EndpointView[] endpoints) => host.Engine.Show(Id, ScriptedOperator.Pending with { State = ClusterState.Ready, ReadyAt = time.GetUtcNow(), Endpoints = endpoints, Tasks = [files.Task] });

    private async Task<IReadOnlyList<DatasetView>> ListedAsync()
    {
        using var client = new ControlPlaneClient(new ControlPlaneAddress(host.Url, host.Client.DefaultRequestHeaders.Authorization!.Parameter!));
        return await client.LakeAsync();
    }

    /// <returns>Rows, or why there are none.</returns>
    private async Task<string> AskAsync(string query) => await host.Get<SqlDesk>().AskAsync(new SqlRequest(query), default) switch
    {
        SqlAnswer.Answered answered => string.Join(';', answered.Result.Rows.Select(row => string.Join('|', row.Select(SqlResult.Text)))),
        SqlAnswer.Refused refused => refused.Problem.Detail ?? refused.Problem.Title,
        var other => throw new InvalidOperationException(other.ToString()),
    };
}

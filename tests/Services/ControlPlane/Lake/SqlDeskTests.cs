using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Lake;
using DataPlatform.Services.ControlPlane.Lake.Sql;
using Parquet;
using Parquet.Schema;

namespace DataPlatform.Services.Tests.ControlPlane.Lake;

/// <summary>With the real process for each query.</summary>
public sealed class SqlDeskTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<SqlDesk> desks = [];

    public SqlDeskTests()
    {
        // As the lake of tasks that are another user's.
        File.SetUnixFileMode(folder.Path, File.GetUnixFileMode(folder.Path) | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        folder.Write("lake/birds.csv", "name,count,seen\n\"Gull, large\",12,2026-01-02\nTern,,2026-01-03\n");
    }

    [Fact]
    public async Task Answers_over_CSV_with_the_values_as_they_are()
    {
        var result = await AnsweredAsync("SELECT name, count * 1.5 AS more, seen, [1, 2] AS list, NULL AS nothing, 9007199254740993 AS large FROM \"birds.csv\" ORDER BY name");
        result.Columns.Select(column => column.Name).ShouldBe(["name", "more", "seen", "list", "nothing", "large"]);
        result.Rows.Select(row => new JsonArray([.. row.Select(value => value?.DeepClone())]).ToJsonString()).ShouldBe(
            ["""["Gull, large",18,"2026-01-02",[1,2],null,"9007199254740993"]""", """["Tern",null,"2026-01-03",[1,2],null,"9007199254740993"]"""]);
        result.Truncated.ShouldBeFalse();
        result.ToCsv().ShouldStartWith("name,more,seen,list,nothing,large\r\n\"Gull, large\",18");
    }

    [Fact]
    public async Task Partitions_are_columns_and_files_of_other_columns_are_of_one_table()
    {
        folder.Write("lake/weather/year=2001/part.json", "{\"t\":1}\n{\"t\":2}\n");
        folder.Write("lake/weather/year=2002/part.json", "{\"t\":5,\"wind\":\"w\"}\n");
        var result = await AnsweredAsync("SELECT year, sum(t) AS t, max(wind) AS wind FROM weather GROUP BY year ORDER BY year");
        result.Rows.Select(row => string.Join('|', row.Select(SqlResult.Text))).ShouldBe(["2001|3|", "2002|5|w"]);
    }

    [Fact]
    public async Task Reads_Parquet_in_a_folder_and_says_when_there_is_more()
    {
        var schema = new ParquetSchema(new DataField<int>("id"));
        Directory.CreateDirectory(Below("lake/numbers"));
        await using (var stream = File.Create(Below("lake/numbers/part-0.parquet")))
        await using (var writer = await ParquetWriter.CreateAsync(schema, stream))
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<int>(schema.DataFields[0], Enumerable.Range(0, 500).ToArray().AsMemory());
        }

        var result = await AnsweredAsync("SELECT id FROM numbers ORDER BY id DESC", rows: 3);
        result.Rows.Select(row => (int)row[0]!).ShouldBe([499, 498, 497]);
        result.Truncated.ShouldBeTrue();
    }

    /// <summary>Whatever the query is, it reads the datasets that it names and nothing else, and writes nothing.</summary>
    [Theory]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')", "disabled by configuration")]
    [InlineData("SELECT * FROM read_text('{folder}/secret.csv')", "disabled by configuration")]
    [InlineData("SELECT * FROM read_csv('{folder}/lake/../secret.csv') -- birds.csv", "disabled by configuration")]
    [InlineData("SELECT * FROM \"link.csv\"", "The lake has \"birds.csv\".")]
    [InlineData("SELECT * FROM glob('/*')", "disabled by configuration")]
    [InlineData("COPY (SELECT 1) TO '{folder}/lake/written.csv'", "disabled by configuration")]
    [InlineData("ATTACH '{folder}/lake/written.db'", "disabled by configuration")]
    [InlineData("SET enable_external_access = true", "locked")]
    [InlineData("SET memory_limit = '100GB'", "locked")]
    [InlineData("INSTALL httpfs", "disabled")]
    [InlineData("LOAD httpfs", "disabled")]
    [InlineData("SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')", "")]
    [InlineData("CREATE TABLE much AS SELECT * FROM range(1000000000)", "It needs more than 512 MiB of memory")]
    [InlineData("SELEC 1", "syntax error")]
    [InlineData("SELECT * FROM bird", "The lake has \"birds.csv\".")]
    public async Task Refuses_with_the_reason(string query, string reason)
    {
        folder.Write("secret.csv", "secret\n1\n");
        File.CreateSymbolicLink(Below("lake/link.csv"), Below("secret.csv"));
        var before = Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order().ToList();
        (await RefusedAsync(query.Replace("{folder}", folder.Path, StringComparison.Ordinal))).ShouldContain(reason);
        Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order().ShouldBe(before);
    }

    [Fact]
    public void A_file_that_became_a_link_after_it_was_found_is_not_followed()
    {
        folder.Write("secret.csv", "secret\n1\n");
        File.Delete(Below("lake/birds.csv"));
        File.CreateSymbolicLink(Below("lake/birds.csv"), Below("secret.csv"));
        Directory.CreateSymbolicLink(Below("lake/outside"), folder.Path);
        foreach (var path in (string[])["birds.csv", "outside/secret.csv"])
            Should.Throw<IOException>(() => LakeFile.Open(Below($"lake/{path}"), [Below("lake")])).Message.ShouldBe($"'{path}' is behind a link, which may lead outside the lake; links are not followed");
        Should.Throw<IOException>(() => LakeFile.Open(Below("lake/gone.csv"), [Below("lake")])).Message.ShouldBe("'gone.csv' is not there any more");
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("socket")]
    [InlineData("device")]
    public async Task What_is_no_file_is_refused_at_once_with_what_it_is(string kind)
    {
        using var made = SpecialFile.Make(kind, Below("lake/x.csv"));
        (await RefusedAsync("SELECT * FROM \"x.csv\"")).ShouldBe($"'x.csv' is a {kind}; only files are read");
    }

    [Fact]
    public async Task A_lake_that_is_itself_behind_a_link_is_read()
    {
        Directory.CreateSymbolicLink(Below("link"), Below("lake"));
        using var desk = new SqlDesk(new LakeReader(Below("link")), Path.Combine(AppContext.BaseDirectory, "dp-control-plane"), "nobody");
        (await desk.AskAsync(new SqlRequest("SELECT count(*) FROM \"birds.csv\""), default)).ShouldBeOfType<SqlAnswer.Answered>();
    }

    [Fact]
    public async Task A_query_without_end_is_ended_and_the_next_is_answered()
    {
        var desk = Desk(TimeSpan.FromSeconds(2));
        var refused = (await desk.AskAsync(new SqlRequest("SELECT count(*) FROM range(100000000000) a, range(1000) b"), default)).ShouldBeOfType<SqlAnswer.Refused>().Problem;
        (refused.Status, refused.Title).ShouldBe((422, "The query takes too long"));
        (await desk.AskAsync(new SqlRequest("SELECT 1"), default)).ShouldBeOfType<SqlAnswer.Answered>();
    }

    [Fact]
    public async Task The_process_of_a_query_is_the_tasks_user_without_the_right_to_more()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become another user");
        folder.Write("lake/private.csv", "a\n1\n");
        File.SetUnixFileMode(Below("lake/private.csv"), UnixFileMode.UserRead);
        // Of root's alone: the engine opens it again, as another.
        (await RefusedAsync("SELECT * FROM \"private.csv\"")).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("", 1, "query")]
    [InlineData("SELECT 1", 0, "most_rows")]
    [InlineData("SELECT 1", 10_001, "most_rows")]
    public async Task What_can_not_be_asked_is_said_by_field(string query, int rows, string field)
    {
        var refused = (await Desk().AskAsync(new SqlRequest(query, rows), default)).ShouldBeOfType<SqlAnswer.Refused>().Problem;
        refused.Status.ShouldBe(400);
        refused.Errors!.ShouldHaveSingleItem().Field.ShouldBe(field);
    }

    public void Dispose()
    {
        desks.ForEach(desk => desk.Dispose());
        folder.Dispose();
    }

    private string Below(string path) => Path.Combine(folder.Path, path);

    private SqlDesk Desk(TimeSpan? within = null)
    {
        var desk = new SqlDesk(new LakeReader(Below("lake")), Path.Combine(AppContext.BaseDirectory, "dp-control-plane"), "nobody") { Within = within ?? TimeSpan.FromSeconds(30) };
        desks.Add(desk);
        return desk;
    }

    private async Task<SqlResult> AnsweredAsync(string query, int rows = 100) =>
        await Desk().AskAsync(new SqlRequest(query, rows), default) is var answer && answer is SqlAnswer.Answered answered ? answered.Result : throw new InvalidOperationException(answer.ToString());

    private async Task<string> RefusedAsync(string query)
    {
        var problem = (await Desk().AskAsync(new SqlRequest(query), default)).ShouldBeOfType<SqlAnswer.Refused>().Problem;
        return problem.Detail!;
    }
}

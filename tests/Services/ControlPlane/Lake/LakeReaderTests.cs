using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Lake;
using Parquet;
using Parquet.Schema;

namespace DataPlatform.Services.Tests.ControlPlane.Lake;

public sealed class LakeReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private LakeReader Lake => new(folder.Path);

    [Fact]
    public async Task Reads_schema_rows_and_count_of_partitioned_Parquet()
    {
        await WriteParquet("flights/year=2001/part-0.parquet", [1, 2, 3], ["a", null, "c"]);
        await WriteParquet("flights/year=2002/part-0.parquet", [4, 5], ["d", "e"]);
        folder.Write("flights/_SUCCESS", "");
        var listed = Lake.List().ShouldHaveSingleItem();
        (listed.Path, listed.Format, listed.Files).ShouldBe(("flights", "parquet", 2));

        var dataset = (await Lake.Read("flights", 4, default)).ShouldNotBeNull();
        dataset.RowCount.ShouldBe(5);
        dataset.Columns!.Select(column => (column.Name, column.Type, column.Nullable)).ShouldBe(
            [("id", "integer", false), ("at", "timestamp", true), ("carrier", "string", true), ("year", "partition", false)]);
        dataset.Rows!.Count.ShouldBe(4);
        dataset.Rows[0].ShouldBe(["1", "2026-05-01 12:30:00", "a", "2001"]);
        dataset.Rows[1].ShouldBe(["2", null, null, "2001"]);
        dataset.Rows[3][3].ShouldBe("2002");
    }

    [Fact]
    public async Task Reads_CSV_with_quotes_and_guesses_types()
    {
        folder.Write("birds.csv", "name,count,share,seen\n\"Gull, large\",12,0.5,2026-01-02\n\"say \"\"hi\"\"\",,1,2026-01-03\n");
        var dataset = (await Lake.Read("birds.csv", 10, default)).ShouldNotBeNull();
        dataset.RowCount.ShouldBe(2);
        dataset.Columns!.Select(column => (column.Name, column.Type, column.Nullable)).ShouldBe(
            [("name", "string", false), ("count", "integer", true), ("share", "double", false), ("seen", "date", false)]);
        dataset.Rows![0][0].ShouldBe("Gull, large");
        dataset.Rows[1][0].ShouldBe("say \"hi\"");
    }

    [Theory]
    [InlineData("""[{"a":1,"b":"x"},{"a":2,"c":{"d":1}}]""")]
    [InlineData("{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"c\":{\"d\":1}}\n")]
    public async Task Reads_JSON_arrays_and_lines(string text)
    {
        folder.Write("weather.json", text);
        var dataset = (await Lake.Read("weather.json", 10, default)).ShouldNotBeNull();
        dataset.RowCount.ShouldBe(2);
        dataset.Columns!.Select(column => column.Name).ShouldBe(["a", "b", "c"]);
        dataset.Rows![1].ShouldBe(["2", null, """{"d":1}"""]);
    }

    [Fact]
    public async Task Reads_only_the_head_of_a_big_file()
    {
        folder.Write("big.csv", "id,text\n" + string.Concat(Enumerable.Range(0, 200_000).Select(row => $"{row},{new string('x', 90)}\n")));
        var dataset = (await Lake.Read("big.csv", 5, default)).ShouldNotBeNull();
        dataset.SizeBytes.ShouldBeGreaterThan(16 * 1024 * 1024);
        dataset.RowCount.ShouldBeNull();
        dataset.Rows!.Count.ShouldBe(5);
    }

    [Fact]
    public void Passes_over_hidden_names_links_and_other_formats()
    {
        folder.Write(".hidden/x.csv", "a\n1\n");
        folder.Write("_logs/x.json", "{}");
        folder.Write("readme.txt", "hello");
        File.CreateSymbolicLink(Path.Combine(folder.Path, "link.csv"), "/etc/passwd");
        Lake.List().ShouldBeEmpty();
    }

    [Fact]
    public void Folders_of_folders_are_looked_into()
    {
        folder.Write("team/a.csv", "a\n1\n");
        folder.Write("other/one/x.csv", "a\n1\n");
        folder.Write("other/two/x.json", "{}");
        Lake.List().Select(dataset => dataset.Path).ShouldBe(["other/one", "other/two", "team"]);
    }

    [Theory]
    [InlineData("../secret.csv")]
    [InlineData("team/../../secret.csv")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    public async Task Nothing_outside_the_lake_is_reached(string path)
    {
        folder.Write("team/a.csv", "a\n1\n");
        (await Lake.Read(path, 10, default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_broken_Parquet_file_is_an_error_and_no_crash()
    {
        folder.Write("broken.parquet", "PAR1 this is not Parquet PAR1");
        (await Should.ThrowAsync<InvalidDataException>(() => Lake.Read("broken.parquet", 10, default))).Message.ShouldContain("broken.parquet");
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("socket")]
    [InlineData("device")]
    public async Task What_is_no_file_is_refused_at_once_with_what_it_is(string kind)
    {
        foreach (var format in (string[])["csv", "json", "parquet"])
        {
            using var made = SpecialFile.Make(kind, Path.Combine(folder.Path, $"x.{format}"));
            var refused = await Should.ThrowAsync<IOException>(() => Task.Run(() => Lake.Read($"x.{format}", 10, default)).WaitAsync(TimeSpan.FromSeconds(10)));
            refused.Message.ShouldBe($"'x.{format}' is a {kind}; only files are read");
        }
    }

    /// <summary>A task that writes in the lake changes names between what is looked at and what is opened.</summary>
    [Theory]
    [InlineData("team/birds.csv", "team/link.csv")]
    [InlineData("team", "other")]
    public async Task A_link_that_takes_a_name_at_any_moment_is_never_followed(string swapped, string link)
    {
        using var outside = new TemporaryFolder();
        var secret = outside.Write("birds.csv", "name\nsecret\n");
        folder.Write("team/birds.csv", "name\nGull\n");
        File.CreateSymbolicLink(Path.Combine(folder.Path, link), Path.HasExtension(link) ? secret : outside.Path);
        using var swaps = new NameSwaps(Path.Combine(folder.Path, swapped), Path.Combine(folder.Path, link));
        var read = 0;
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            try
            {
                if (await Lake.Read("team", 10, default) is not { } found) continue;
                found.Rows.ShouldHaveSingleItem().ShouldBe(["Gull"]);
                read++;
            }
            catch (IOException)
            {
                // Refused, as it must be while the link stands there.
            }
        }

        read.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_folder_that_becomes_a_link_while_it_is_listed_shows_nothing_of_what_it_leads_to()
    {
        using var outside = new TemporaryFolder();
        outside.Write("year=2001/secret.csv", "name\nsecret\n");
        folder.Write("team/year=2001/birds.csv", "name\nGull\n");
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "other"), outside.Path);
        using var swaps = new NameSwaps(Path.Combine(folder.Path, "team"), Path.Combine(folder.Path, "other"));
        for (var attempt = 0; attempt < 1000; attempt++)
            HostListing.Of(folder.Path).Folders.SelectMany(team => team.Folders).SelectMany(year => year.Files).Select(file => file.Name).ShouldBeSubsetOf(["birds.csv"]);
    }

    public void Dispose() => folder.Dispose();

    private async Task WriteParquet(string name, int[] ids, string?[] carriers)
    {
        var path = Path.Combine(folder.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var id = new DataField<int>("id");
        var at = new DateTimeDataField("at", DateTimeFormat.DateAndTimeMicros, isNullable: true);
        var carrier = new DataField<string>("carrier");
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(id, at, carrier), stream);
        using var group = writer.CreateRowGroup();
        await group.WriteAsync<int>(id, ids.AsMemory());
        await group.WriteAsync<DateTime>(at, ids.Select((_, row) => row == 0 ? new DateTime(2026, 5, 1, 12, 30, 0, DateTimeKind.Utc) : (DateTime?)null).ToArray().AsMemory());
        await group.WriteAsync(carrier, carriers!);
        group.CompleteValidate();
    }
}

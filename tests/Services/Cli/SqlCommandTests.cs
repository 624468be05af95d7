using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

public sealed class SqlCommandTests
{
    private const string Answer = """{"columns":[{"name":"carrier","type":"VARCHAR"},{"name":"flights","type":"BIGINT"}],"rows":[["AA, Inc.",1204],[null,998]],"truncated":true,"seconds":0.2}""";

    [Fact]
    public async Task Shows_the_answer_as_a_table_and_says_on_the_other_stream_that_there_is_more()
    {
        await using var fake = (await FakeControlPlane.StartAsync()).With("POST /api/v1/sql", Answer);
        (await fake.RunAsync("sql", "SELECT * FROM \"delays.csv\"", "--rows", "2")).ShouldBe(ExitCode.Done);
        fake.Output.ToString().ShouldContain("AA, Inc.");
        fake.Output.ToString().ShouldContain("1204");
        fake.Error.ToString().ShouldContain("There are more rows than these 2");
        fake.Requests.ShouldHaveSingleItem().Body.ShouldBe("""{"query":"SELECT * FROM \u0022delays.csv\u0022","most_rows":2}""");
    }

    [Fact]
    public async Task Writes_it_as_CSV_and_as_what_the_interface_answers()
    {
        await using var fake = (await FakeControlPlane.StartAsync()).With("POST /api/v1/sql", Answer);
        await fake.RunAsync("sql", "SELECT 1", "--csv");
        fake.Output.ToString().ShouldBe("carrier,flights\r\n\"AA, Inc.\",1204\r\n,998\r\n");
        fake.Output.GetStringBuilder().Clear();
        await fake.RunAsync("sql", "SELECT 1", "-o", "json");
        fake.Output.ToString().ShouldContain("\"truncated\": true");
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_engines_words()
    {
        await using var fake = (await FakeControlPlane.StartAsync()).With("POST /api/v1/sql", """{"title":"The query can't be answered","status":422,"detail":"Parser Error: syntax error at or near \"SELEC\""}""", 422);
        (await fake.RunAsync("sql", "SELEC 1")).ShouldNotBe(ExitCode.Done);
        fake.Error.ToString().ShouldContain("syntax error at or near");
    }
}

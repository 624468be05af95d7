using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class SqlCommand
{
    private const int MostRows = 10_000;

    public static Command Create(Surroundings surroundings)
    {
        var query = new Argument<string>("query") { Description = "A SELECT, or another statement that only reads; datasets are tables by their paths" };
        var rows = new Option<int>("--rows") { Description = "How many rows of the answer", DefaultValueFactory = _ => 1000 };
        rows.Validators.Add(result =>
        {
            if (result.GetValue(rows) is < 1 or > MostRows) result.AddError($"--rows takes a whole number from 1 to {MostRows}");
        });
        var csv = new Option<bool>("--csv") { Description = "Writes the answer as CSV" };
        var command = new ExampledCommand("sql", "Asks the lake in SQL, without any cluster",
            """dp sql 'SELECT origin, flights FROM "flights_by_airport" ORDER BY flights DESC LIMIT 5'""", """dp sql --csv 'SELECT * FROM "flights_by_airport"' > airports.csv""", """dp sql 'DESCRIBE "flights_by_airport"' -o json""")
        { query, rows, csv };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            var result = await client.SqlAsync(new SqlRequest(parsed.GetValue(query)!, parsed.GetValue(rows)), cancellation);
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, result, ControlPlaneJson.Default.SqlResult);
            else if (parsed.GetValue(csv)) await surroundings.Output.WriteAsync(result.ToCsv());
            else Show(surroundings, result);
            // Whoever keeps what was written must learn that it is not all.
            if (result.Truncated && !parsed.WantsJson()) await surroundings.Error.WriteLineAsync($"There are more rows than these {result.Rows.Count}; --rows asks for up to {MostRows}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Surroundings surroundings, SqlResult result)
    {
        var rows = new Rows([.. result.Columns.Select(column => Rows.Printable(column.Name))]);
        foreach (var row in result.Rows) rows.Add([.. row.Select(SqlResult.Text)]);
        if (rows.Count > 0) rows.Write(surroundings);
        else surroundings.Output.WriteLine("No rows.");
    }
}

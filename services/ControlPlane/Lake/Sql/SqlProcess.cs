using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Hosting.Files;
using DuckDB.NET.Data;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.ControlPlane.Lake.Sql;

/// <summary>
/// A process of its own for each query: it opens the datasets' files, gives up whatever it may do beyond reading them, and only then
/// looks at what others wrote, the query and the files. The engine is held to those files, can't write, load or reach anything.
/// </summary>
internal static class SqlProcess
{
    /// <summary>The program's only argument.</summary>
    public const string Argument = "answer-sql";

    public static int Run(Stream input, Stream output)
    {
        var began = Stopwatch.GetTimestamp();
        var request = JsonSerializer.Deserialize(input, SqlProcessJson.Default.SqlProcessRequest)!;
        var answer = Answer(request, began);
        JsonSerializer.Serialize(output, answer, SqlProcessJson.Default.SqlProcessAnswer);
        return 0;
    }

    private static SqlProcessAnswer Answer(SqlProcessRequest request, long began)
    {
        var opened = new Dictionary<string, SafeFileHandle>(StringComparer.Ordinal);
        try
        {
            // The engine opens again what is open here, whatever becomes of its name.
            foreach (var file in request.Tables.SelectMany(table => table.Parts).SelectMany(part => part.Files))
                opened[file] = LakeFile.Open(file, request.Roots);
            using var engine = new DuckDBConnection("DataSource=:memory:");
            engine.Open();
            // Whatever of the runtime and the engine is loaded on first use is loaded while it can be.
            _ = JsonSerializer.Serialize(new SqlProcessAnswer(Read(engine, "SELECT 1, 'a', 1.5, true, [1], {'a': 1}, DATE '2000-01-01'", 1, began), null), SqlProcessJson.Default.SqlProcessAnswer);
            Confinement.Enter(request.User, request.Seconds);
            Do(engine, $"SET memory_limit = '{request.MemoryMebibytes.ToString(CultureInfo.InvariantCulture)}MiB'");
            Do(engine, "SET temp_directory = ''");
            if (opened.Count > 0)
                Do(engine, $"SET allowed_paths = [{string.Join(", ", opened.Values.Select(file => $"'{ContainedFiles.PathOf(file)}'"))}]");
            Do(engine, "SET enable_external_access = false");
            Do(engine, "SET lock_configuration = true");
            foreach (var table in request.Tables)
                Do(engine, table.View(file => ContainedFiles.PathOf(opened[file])));
            return new SqlProcessAnswer(Read(engine, request.Query, request.MostRows, began), null);
        }
        catch (Exception problem) when (problem is DuckDBException or IOException or InvalidCastException or NotSupportedException or OverflowException or FormatException)
        {
            return new SqlProcessAnswer(null, problem.Message);
        }
        finally
        {
            foreach (var file in opened.Values)
                file.Dispose();
        }
    }

    private static void Do(DuckDBConnection engine, string statement)
    {
        using var command = engine.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    private static SqlResult Read(DuckDBConnection engine, string query, int mostRows, long began)
    {
        using var command = engine.CreateCommand();
        command.CommandText = query;
        // Rows come as they are asked for: a query whose answer is large is not computed further than it is read.
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        var columns = Enumerable.Range(0, reader.FieldCount).Select(index => new SqlColumn(reader.GetName(index), reader.GetDataTypeName(index).ToUpperInvariant())).ToList();
        var rows = new List<IReadOnlyList<System.Text.Json.Nodes.JsonNode?>>();
        var room = SqlDesk.MostBytes;
        var more = false;
        while (reader.Read())
        {
            if (rows.Count == mostRows || room < 0)
            {
                more = true;
                break;
            }

            var row = columns.Select((_, index) => SqlValues.Of(reader.IsDBNull(index) ? null : reader.GetValue(index))).ToList();
            room -= row.Sum(value => value?.ToJsonString().Length ?? 4);
            rows.Add(row);
        }

        return new SqlResult(columns, rows, more, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }
}

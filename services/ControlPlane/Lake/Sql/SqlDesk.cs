using System.Diagnostics;
using System.Text.Json;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Services.ControlPlane.Lake.Served;

namespace DataPlatform.Services.ControlPlane.Lake.Sql;

/// <summary>Answers SQL over the lake. Thread-safe.</summary>
/// <param name="program">This program, of which a process for each query is started.</param>
/// <param name="taskUser">By whom the lake's files are written, and read here.</param>
public sealed class SqlDesk(LakeReader lake, string program, string taskUser) : IDisposable
{
    public const int MostRows = 10_000;
    public const int UsualRows = 1000;

    /// <summary>Of an answer's values.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private const int MostQueryCharacters = 32 * 1024;
    private const int AtOnce = 2;
    private const int MostWaiting = 16;
    private const int MemoryMebibytes = 512;
    private const string HeapOfProcess = "0x10000000"; // bytes: beside the engine's own
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim places = new(AtOnce);
    private int waiting;

    public TimeSpan Within { get; init; } = Limit;

    /// <summary>Told what a query's process complained of that ended without an answer.</summary>
    public Action<string> Report { get; init; } = _ => { };

    public async Task<SqlAnswer> AskAsync(SqlRequest request, CancellationToken cancellation)
    {
        if (WhyNot(request) is { } problem)
            return new SqlAnswer.Refused(problem);
        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);
            return new SqlAnswer.Refused(new Problem("Too many queries wait", 429, $"{AtOnce} are answered at a time; ask again in a while.", null));
        }

        try
        {
            await places.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }

        try
        {
            return await AnswerAsync(request, cancellation);
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose() => places.Dispose();

    private static Problem? WhyNot(SqlRequest request) => request switch
    {
        { Query: var query } when string.IsNullOrWhiteSpace(query) || query.Length > MostQueryCharacters =>
            Invalid("query", query?.Length > MostQueryCharacters ? "too long" : "is empty", $"a query of at most {MostQueryCharacters:N0} characters, such as SELECT * FROM \"flights_by_airport\""),
        { MostRows: < 1 or > MostRows } => Invalid("most_rows", "out of range", $"1 to {MostRows}"),
        _ => null,
    };

    private static Problem Invalid(string field, string why, string allowed) => new("The request is not valid", 400, null, [new FieldProblem(field, why, allowed)]);

    private async Task<SqlAnswer> AnswerAsync(SqlRequest request, CancellationToken cancellation)
    {
        var (datasets, unknown) = await lake.FindAsync(request.Query, cancellation);
        var named = SqlTable.NamedIn(request.Query, datasets);
        if (named.Sum(dataset => dataset.Files.Count) > SqlTable.MostFiles)
            return new SqlAnswer.Refused(new Problem("The query reads too many files", 422, $"The datasets that it names are more than {SqlTable.MostFiles:N0} files; a cluster can read them.", null));
        if (named.Where(dataset => dataset.Cluster is not null).Sum(dataset => dataset.Files.Sum(file => file.Length)) > ServedDatasets.MostBytes)
            return new SqlAnswer.Refused(new Problem("The query reads too much", 422, $"What it names of clusters is more than {ServedDatasets.MostBytes / 1024 / 1024} MiB; a cluster can read it.", null));
        SqlUser? user = null;
        if (Environment.IsPrivilegedProcess)
        {
            if (LakeOwner.Find(taskUser, File.ReadLines("/etc/passwd")) is not var (id, group))
                return new SqlAnswer.Refused(new Problem("The query can't be answered", 503, $"This host has no user '{taskUser}', as whom the lake is read.", null));
            user = new SqlUser(id, group);
        }

        var tables = new List<SqlTable>();
        try
        {
            foreach (var dataset in named)
                tables.Add(SqlTable.Of(await lake.ReadableAsync(dataset, cancellation)));
        }
        catch (IOException why)
        {
            return new SqlAnswer.Refused(new Problem("The query can't be answered", 422, why.Message, null));
        }

        var told = new SqlProcessRequest(request.Query, request.MostRows ?? UsualRows, MemoryMebibytes, (int)Within.TotalSeconds, lake.Roots, user, tables);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(Within);
        using var process = Process.Start(Start())!;
        var complaints = process.StandardError.ReadToEndAsync(limited.Token);
        try
        {
            await using (process.StandardInput.BaseStream)
                await JsonSerializer.SerializeAsync(process.StandardInput.BaseStream, told, SqlProcessJson.Default.SqlProcessRequest, limited.Token);
            var answer = await JsonSerializer.DeserializeAsync(process.StandardOutput.BaseStream, SqlProcessJson.Default.SqlProcessAnswer, limited.Token);
            await process.WaitForExitAsync(limited.Token);
            return answer switch
            {
                { Result: { } result } => new SqlAnswer.Answered(result),
                { Problem: { } problem } => new SqlAnswer.Refused(new Problem("The query can't be answered", 422, Words(problem, datasets, unknown), null)),
                _ => throw new InvalidOperationException("an answer is neither"),
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new SqlAnswer.Refused(new Problem("The query takes too long", 422, $"After {Within.TotalSeconds:0} s it was ended; a cluster has more processors and memory.", null));
        }
        catch (Exception broken) when (broken is JsonException or IOException)
        {
            Report(await complaints);
            return new SqlAnswer.Refused(new Problem("The query ended its process", 422, $"It is held to {MemoryMebibytes} MiB of memory and {Within.TotalSeconds:0} s; a cluster has more.", null));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>The engine's own, without the places that only this process knows; where a table is not known, with those that are.</summary>
    private static string Words(string problem, IReadOnlyList<Dataset> datasets, IReadOnlyList<string> unknown)
    {
        var said = problem.Trim();
        // What it proposes then is to change settings.
        if (said.StartsWith("Out of Memory Error", StringComparison.Ordinal))
            return $"It needs more than {MemoryMebibytes} MiB of memory; a cluster has more.";
        if (!said.StartsWith("Catalog Error: Table", StringComparison.Ordinal) && !said.StartsWith("Permission Error: Cannot access file", StringComparison.Ordinal))
            return said;
        const int Most = 10;
        var known = datasets.Count == 0 ? "The lake holds no dataset yet." : $"The lake has {string.Join(", ", datasets.Take(Most).Select(dataset => $"\"{dataset.Path}\""))}{(datasets.Count > Most ? $" and {datasets.Count - Most} more" : "")}.";
        known = string.Join(' ', unknown.Select(why => why + ".").Prepend(known));
        return $"{said.Split('\n')[0]}{(said.Split('\n')[0][^1] is '!' or '.' ? "" : ".")} {known}";
    }

    private ProcessStartInfo Start()
    {
        var start = new ProcessStartInfo(program, [SqlProcess.Argument])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        start.Environment.Clear();
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } runtime)
            start.Environment["DOTNET_ROOT"] = runtime;
        // None of these may be a file, of which the process writes none.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_GCHeapHardLimit"] = HeapOfProcess;
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        return start;
    }
}

/// <summary>What becomes of a query.</summary>
public abstract record SqlAnswer
{
    private SqlAnswer() { }

    public sealed record Answered(SqlResult Result) : SqlAnswer;

    public sealed record Refused(Problem Problem) : SqlAnswer;
}

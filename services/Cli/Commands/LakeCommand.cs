using System.CommandLine;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli.Output;

namespace DataPlatform.Services.Cli.Commands;

public static class LakeCommand
{
    public static Command Create(Surroundings surroundings) => new("lake", "Shows the datasets that clusters share") { CreateList(surroundings) };

    private static ExampledCommand CreateList(Surroundings surroundings)
    {
        var path = new Argument<string?>("dataset") { Description = "One dataset, with its columns and first rows", Arity = ArgumentArity.ZeroOrOne };
        var count = new Option<int>("--rows") { Description = "How many rows of the dataset", DefaultValueFactory = _ => 10 };
        count.Validators.Add(result =>
        {
            if (result.GetValue(count) is < 0 or > 1000) result.AddError("--rows takes a whole number from 0 to 1000");
        });
        var command = new ExampledCommand("ls", "Lists the datasets, or shows one", "dp lake ls", "dp lake ls flights/by-carrier.parquet --rows 5") { path, count };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = surroundings.Connect();
            if (parsed.GetValue(path) is not { } one) return await ListAsync(surroundings, await client.LakeAsync(cancellation), parsed.WantsJson());
            var dataset = await client.DatasetAsync(one, parsed.GetValue(count), cancellation);
            if (parsed.WantsJson()) await JsonOutput.WriteAsync(surroundings.Output, dataset, ControlPlaneJson.Default.DatasetView);
            else Show(surroundings, dataset);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<int> ListAsync(Surroundings surroundings, IReadOnlyList<DatasetView> datasets, bool json)
    {
        if (json)
        {
            await JsonOutput.WriteAsync(surroundings.Output, datasets, ControlPlaneJson.Default.IReadOnlyListDatasetView);
            return ExitCode.Done;
        }
        var rows = new Rows("DATASET", "FORMAT", "SIZE", "FILES", "ROWS", "OWNER", "CHANGED");
        foreach (var dataset in datasets)
            rows.Add(dataset.Path, dataset.Format, Words.Bytes(dataset.SizeBytes), $"{dataset.Files}", dataset.RowCount?.ToString(), dataset.Owner, Words.Moment(dataset.ModifiedAt));
        if (rows.Count == 0) await surroundings.Output.WriteLineAsync("The lake holds no dataset yet.");
        else rows.Write(surroundings);
        return ExitCode.Done;
    }

    private static void Show(Surroundings surroundings, DatasetView dataset)
    {
        surroundings.Output.WriteLine(Rows.Printable(
            $"{dataset.Path}: {dataset.Format}, {Words.Bytes(dataset.SizeBytes)} in {dataset.Files} file(s){(dataset.RowCount is { } all ? $", {all} rows" : "")}, changed {Words.Moment(dataset.ModifiedAt)}"));
        var columns = dataset.Columns ?? [];
        var schema = new Rows("COLUMN", "TYPE", "MAY BE NULL");
        foreach (var column in columns) schema.Add(column.Name, column.Type, column.Nullable ? "yes" : "no");
        if (schema.Count > 0) schema.Write(surroundings);
        if (dataset.Rows is not { Count: > 0 } values || columns.Count == 0) return;
        surroundings.Output.WriteLine();
        var rows = new Rows([.. columns.Select(column => Rows.Printable(column.Name))]);
        foreach (var row in values) rows.Add([.. row.Take(columns.Count), .. Enumerable.Repeat<string?>(null, Math.Max(0, columns.Count - row.Count))]);
        rows.Write(surroundings);
    }
}

using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>Reads what lies in the lake: which datasets there are, and of one its schema and first rows.</summary>
public sealed class LakeReader(string root)
{
    public const int MostRows = 1000;

    public string Root { get; } = Path.GetFullPath(root);

    public IReadOnlyList<DatasetView> List() => [.. Datasets.Under(Root).Select(Describe)];

    /// <summary>One dataset with schema and first rows; null when there is none at that path.</summary>
    public async Task<DatasetView?> Read(string path, int rows, CancellationToken cancellation)
    {
        // Only what the listing finds can be read: no path that people give is ever joined to the root.
        var dataset = Datasets.Under(Root).FirstOrDefault(candidate => candidate.Path == path.Trim('/'));
        if (dataset is null) return null;
        var sample = await Sample(dataset, Math.Clamp(rows, 0, MostRows), cancellation);
        return Describe(dataset) with { RowCount = sample.RowCount, Columns = sample.Columns, Rows = sample.Rows };
    }

    private static Task<DatasetSample> Sample(Dataset dataset, int rows, CancellationToken cancellation) => dataset.Format switch
    {
        "parquet" => ParquetSampler.Read(dataset, rows, cancellation),
        "csv" => TextSampler.Csv(dataset, rows, cancellation),
        _ => TextSampler.Json(dataset, rows, cancellation),
    };

    private static DatasetView Describe(Dataset dataset) => new(
        dataset.Path, dataset.Format, dataset.Files.Sum(file => file.Length), dataset.Files.Count,
        dataset.Files.Max(file => new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero)), null, null, null);
}

using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Lake.Served;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>Reads what lies in the lake's folder and what clusters serve: which datasets there are, and of one its schema and first rows.</summary>
/// <param name="served">Null where there are no clusters.</param>
/// <param name="copies">Where files that clusters serve are copied to.</param>
public sealed class LakeReader(string root, ServedDatasets? served = null, string? copies = null)
{
    public const int MostRows = 1000;

    /// <summary>Of the files of a cluster that are copied for first rows.</summary>
    private const long MostSampled = 64L * 1024 * 1024;

    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    /// <summary>In which whatever is opened lies.</summary>
    public IReadOnlyList<string> Roots => copies is null ? [Root] : [Root, copies];

    /// <summary>Datasets of the lake's folder.</summary>
    public IReadOnlyList<DatasetView> List() => [.. InFolder().Select(Describe)];

    /// <summary>All datasets, and of clusters that can't be asked why not.</summary>
    public async Task<(IReadOnlyList<DatasetView> Datasets, IReadOnlyList<string> Unknown)> ListAsync(CancellationToken cancellation)
    {
        var (datasets, unknown) = await FindAsync(null, cancellation);
        return ([.. datasets.Select(Describe)], unknown);
    }

    /// <param name="named">A text in which names of datasets stand: only clusters that it names are asked; null for all.</param>
    public async Task<(IReadOnlyList<Dataset> Datasets, IReadOnlyList<string> Unknown)> FindAsync(string? named, CancellationToken cancellation)
    {
        IReadOnlyList<ServedFolder> folders = served is null ? [] : await served.ListAsync(named, cancellation);
        return ([.. InFolder(), .. folders.SelectMany(folder => folder.Datasets)], [.. folders.Select(folder => folder.WhyNot).OfType<string>()]);
    }

    /// <summary>The dataset with files that can be opened here, all of them.</summary>
    /// <exception cref="IOException">One can't be had.</exception>
    public Task<Dataset> ReadableAsync(Dataset dataset, CancellationToken cancellation) => ReadableAsync(dataset, ServedDatasets.MostBytes, cancellation);

    /// <summary>One dataset with schema and first rows; null when there is none at that path.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public async Task<DatasetView?> Read(string path, int rows, CancellationToken cancellation)
    {
        // Only what the listing finds can be read: no path that people give is ever joined to the root.
        var (datasets, unknown) = await FindAsync(path, cancellation);
        if (datasets.FirstOrDefault(candidate => candidate.Path == path.Trim('/')) is not { } dataset)
            return unknown.Count == 0 ? null : throw new IOException(unknown[0]);
        var readable = await ReadableAsync(dataset, MostSampled, cancellation);
        var sample = await Sample(readable, Math.Clamp(rows, 0, MostRows), cancellation);
        return Describe(dataset) with { RowCount = readable.Files.Count == dataset.Files.Count ? sample.RowCount : null, Columns = sample.Columns, Rows = sample.Rows };
    }

    private async Task<Dataset> ReadableAsync(Dataset dataset, long most, CancellationToken cancellation) =>
        dataset.Cluster is null ? dataset : await served!.ReadableAsync(dataset, most, cancellation);

    private IReadOnlyList<Dataset> InFolder() => Datasets.Under(HostListing.Of(Root));

    private Task<DatasetSample> Sample(Dataset dataset, int rows, CancellationToken cancellation) => dataset.Format switch
    {
        "parquet" => ParquetSampler.Read(dataset, Open, rows, cancellation),
        "csv" => TextSampler.Csv(dataset, Open, rows, cancellation),
        _ => TextSampler.Json(dataset, Open, rows, cancellation),
    };

    private FileStream Open(ListedFile file) => new(LakeFile.Open(file.Readable, Roots), FileAccess.Read);

    private static DatasetView Describe(Dataset dataset) => new(
        dataset.Path, dataset.Format, dataset.Files.Sum(file => file.Length), dataset.Files.Count, dataset.Files.Max(file => file.ModifiedAt), null, null, null)
    {
        Cluster = dataset.Cluster, Owner = dataset.Files.Select(file => file.Owner).Distinct().ToList() is [var owner] ? owner : null,
    };
}

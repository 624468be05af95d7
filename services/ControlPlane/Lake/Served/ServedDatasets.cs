using DataPlatform.Services.ControlPlane.Hosting;

namespace DataPlatform.Services.ControlPlane.Lake.Served;

/// <summary>What one cluster's folder holds, or why that is not known.</summary>
public sealed record ServedFolder(FileServer Server, IReadOnlyList<Dataset> Datasets, string? WhyNot);

/// <summary>Datasets that lie on clusters which serve files, by the names <c>CLUSTER:PATH</c>. A cluster is asked when somebody looks, and its answer serves all who look within some seconds.</summary>
public sealed class ServedDatasets(FileServers servers, WebHdfs reader, FileCopies copies, TimeProvider time)
{
    /// <summary>Of the files that are copied for one question.</summary>
    public const long MostBytes = 512L * 1024 * 1024;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(5);

    private readonly SharedAnswers<string, ServedFolder> answers = new(time, Forgotten);

    /// <param name="named">A text in which the names of datasets stand; null for all.</param>
    public async Task<IReadOnlyList<ServedFolder>> ListAsync(string? named, CancellationToken cancellation) => await Task.WhenAll(
        servers.Find().Where(server => named is null || named.Contains(server.Cluster + ":", StringComparison.OrdinalIgnoreCase)).Select(server => ListAsync(server, cancellation)));

    /// <summary>A dataset with files that can be opened here.</summary>
    /// <param name="most">Bytes: of files from the first on, as many as that allows.</param>
    /// <exception cref="IOException">A file can't be read.</exception>
    public async Task<Dataset> ReadableAsync(Dataset dataset, long most, CancellationToken cancellation)
    {
        var server = servers.Find().FirstOrDefault(server => server.Cluster == dataset.Cluster) ?? throw new IOException($"{dataset.Cluster} serves no files any more");
        var wanted = new List<ListedFile>();
        foreach (var file in dataset.Files)
        {
            if ((most -= file.Length) < 0) break;
            wanted.Add(file);
        }

        if (wanted.Count == 0)
            throw new IOException($"{dataset.Path} has files that are larger than is read here; a cluster can read them");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return dataset with { Files = await copies.OfAsync(server, wanted, limit.Token) };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"{dataset.Path} could not be copied within {Patience.TotalSeconds:0} s; a cluster can read it");
        }
    }

    private Task<ServedFolder> ListAsync(FileServer server, CancellationToken cancellation) => answers.OfAsync(server.ClusterId, (known, age) => age < Fresh && known.Server.Addresses.SequenceEqual(server.Addresses), async () =>
    {
        try
        {
            var found = Datasets.Under(await reader.ListAsync(server, cancellation));
            return new ServedFolder(server, [.. found.Select(dataset => dataset with { Path = $"{server.Cluster}:{dataset.Path}", Cluster = server.Cluster })], null);
        }
        catch (IOException why)
        {
            return new ServedFolder(server, [], why.Message);
        }
    }, cancellation);
}

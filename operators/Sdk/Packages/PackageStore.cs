using System.Collections.Concurrent;
using DataPlatform.Operators.Sdk.Artifacts;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>
/// Where packages become files that agents can fetch. What a package needs is looked for in the store, then in the configured folders, then
/// asked of Maven and pip; everything is held to the package's own digests on the way in.
/// </summary>
public sealed class PackageStore : IArtifactSource, IAsyncDisposable
{
    private readonly ConcurrentDictionary<ArtifactNeeds, string> refusals = new();
    private readonly PackageStoreOptions options;
    private readonly MavenFiles maven;
    private readonly JarsArchive archives;
    private readonly PythonEnvironments python;
    private readonly StoreUrls urls;
    private readonly Func<Uri> server;
    private readonly ClassArchives classArchives;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<Digest, Task> trainings = new();
    private readonly CancellationTokenSource stop = new();

    /// <param name="server">Where this store is served to agents; asked whenever an address is made.</param>
    public PackageStore(PackageStoreOptions options, Func<Uri> server, TimeProvider? time = null)
    {
        this.options = options;
        this.server = server;
        Content = new(options.Folder, time);
        urls = StoreUrls.Open(Content.Folder);
        maven = new(options, Content);
        archives = new(Content);
        python = new(options, Content);
        classArchives = new(options, Content);
        this.time = time ?? TimeProvider.System;
    }

    public ContentStore Content { get; }

    /// <inheritdoc/>
    public async Task<ArtifactResolution> ResolveAsync(ArtifactNeeds needs, IProgress<ArtifactProgress>? progress, CancellationToken cancellationToken)
    {
        if (needs.Nothing)
            return new ArtifactResolution.Ready(ResolvedArtifacts.None);

        var problems = new List<ArtifactProblem>();
        ResolvedArtifacts? resolved = null;
        try
        {
            resolved = await FetchAsync(LockedPackage.Read(needs), progress, problems, cancellationToken);
        }
        catch (PackageFormatException malformed)
        {
            problems.Add(new(needs.Folder, malformed.Message, "Mend the package."));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(Content.Folder, failure.Message, "Make room in the store's folder, or let this process write it."));
        }

        if (resolved is not null)
        {
            refusals.TryRemove(needs, out _);
            return new ArtifactResolution.Ready(resolved);
        }

        var reason = refusals[needs] = ArtifactProblem.Describe(needs.Package, problems);
        return problems.Exists(problem => problem.Differs) ? new ArtifactResolution.Mismatched(reason) : new ArtifactResolution.Unavailable(reason);
    }

    /// <summary>Takes in one file.</summary>
    public async Task<StoredFile> PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        FileOf(name, await Content.PutAsync(content, cancellationToken));

    /// <inheritdoc/>
    public string? Unavailable(ArtifactNeeds needs)
    {
        if (needs.Nothing)
            return null;
        if (refusals.TryGetValue(needs, out var known))
            return known;
        try
        {
            var package = LockedPackage.Read(needs);
            var problems = new List<ArtifactProblem>(maven.AbsentForSure(package));
            if (package.Python is not null && !File.Exists(options.PythonProgram))
                problems.Add(new(options.PythonProgram, "it is not installed", PythonEnvironments.PythonRemedy));
            return problems.Count > 0 ? ArtifactProblem.Describe(needs.Package, problems) : null;
        }
        catch (PackageFormatException malformed)
        {
            return malformed.Message;
        }
    }

    /// <summary>The file behind an address that this store made, or null when the key is wrong or there is no such item.</summary>
    public string? Open(string digest, string? key) =>
        Digest.TryParse(digest, out var parsed) && urls.Verify(parsed, key) && File.Exists(Content.PathOf(parsed)) ? Content.PathOf(parsed) : null;

    /// <summary>Null when there are problems.</summary>
    private async Task<ResolvedArtifacts?> FetchAsync(
        LockedPackage package, IProgress<ArtifactProgress>? progress, List<ArtifactProblem> problems, CancellationToken cancellation)
    {
        var counter = new ResolveCounter(package.Lock.Count + (package.Python is null ? 0 : 1), progress);
        problems.AddRange(await maven.FetchAsync(package, counter, cancellation));
        StoredFile? environment = null;
        if (package.Python is { } requirements)
        {
            switch (await python.BuildAsync(requirements, counter, cancellation))
            {
                case EnvironmentOutcome.Built built:
                    environment = FileOf("python.tar", built.Archive);
                    break;
                case EnvironmentOutcome.Refused refused:
                    problems.AddRange(refused.Problems);
                    break;
            }
        }

        if (problems.Count > 0)
            return null;
        var jars = package.Lock.Select(file => FileOf(file.FileName, file.Digest)).ToList();
        if (jars.Count == 0)
            return new(jars, environment);
        var archive = await archives.MakeAsync(package, cancellation);
        var known = await classArchives.KnownAsync(package, cancellation);
        if (package.Training is { } training && known.Count < training.Programs.Count && options.ClassArchivesAfter is { } after)
            _ = trainings.GetOrAdd(package.LockDigest, _ => TrainAsync(package, archive, after));
        return new(jars, environment)
        {
            JarsArchive = FileOf("jars.tar", archive),
            ClassArchives = known.ToDictionary(pair => pair.Key, pair => FileOf(pair.Key + ".jsa", pair.Value)),
        };
    }

    /// <summary>Once in the life of this process: what could not be made is not tried again and again.</summary>
    private async Task TrainAsync(LockedPackage package, Digest jars, TimeSpan after)
    {
        try
        {
            await Task.Delay(after, time, stop.Token);
            if (await classArchives.MakeAsync(package, jars, stop.Token) is { } problem)
                options.Report($"{package.Name} starts slower than it could: {problem}");
        }
        catch (OperationCanceledException)
        {
            // The store is closed.
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            options.Report($"{package.Name} starts slower than it could: {failure.Message}");
        }
    }

    /// <summary>Ends what is made in the background.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(trainings.Values);
        stop.Dispose();
    }

    private StoredFile FileOf(string name, Digest digest) => new(name, digest.ToString(), urls.UrlOf(server(), digest).AbsoluteUri);
}

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>
/// Where packages become files that agents can fetch. What a package needs is looked for in the store, then in the configured folders, then
/// asked of Maven and pip; everything is held to the package's own digests on the way in.
/// </summary>
public sealed class PackageStore
{
    private readonly MavenFiles maven;
    private readonly PythonEnvironments python;
    private readonly StoreUrls urls;
    private readonly Func<Uri> server;

    /// <param name="server">Where this store is served to agents; asked whenever an address is made.</param>
    public PackageStore(PackageStoreOptions options, Func<Uri> server, TimeProvider? time = null)
    {
        Content = new(options.Folder, time);
        urls = StoreUrls.Open(Content.Folder);
        maven = new(options, Content);
        python = new(options, Content);
        this.server = server;
    }

    public ContentStore Content { get; }

    /// <summary>Brings everything that a package needs into the store. Safe to call again, from anywhere: what is there is not fetched.</summary>
    public async Task<PackageResolution> ResolveAsync(string packageFolder, IProgress<ResolveProgress>? progress, CancellationToken cancellation)
    {
        PackageFolder package;
        try
        {
            package = PackageFolder.Read(packageFolder);
        }
        catch (PackageFormatException malformed)
        {
            var name = Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(packageFolder))) ?? packageFolder;
            return new PackageResolution.Refused(name, [new(packageFolder, malformed.Message, "Mend the package.")]);
        }

        try
        {
            return await ResolveAsync(package, progress, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new PackageResolution.Refused(package.Name, [new(Content.Folder, failure.Message, "Make room in the store's folder, or let this process write it.")]);
        }
    }

    /// <summary>Keeps bytes, such as a configuration file made from a template, for agents to fetch.</summary>
    public async Task<Artifact> PutAsync(ReadOnlyMemory<byte> content, string fileName, CancellationToken cancellation)
    {
        var digest = await Content.PutAsync(content, cancellation);
        return new(fileName, digest, content.Length, urls.UrlOf(server(), digest));
    }

    /// <summary>The file behind an address that this store made, or null when the key is wrong or there is no such item.</summary>
    public string? Open(string digest, string? key) =>
        Digest.TryParse(digest, out var parsed) && urls.Verify(parsed, key) && File.Exists(Content.PathOf(parsed)) ? Content.PathOf(parsed) : null;

    private async Task<PackageResolution> ResolveAsync(PackageFolder package, IProgress<ResolveProgress>? progress, CancellationToken cancellation)
    {
        var counter = new ResolveCounter(package.Lock.Count + (package.Python is null ? 0 : 1), progress);
        var problems = new List<ArtifactProblem>(await maven.FetchAsync(package, counter, cancellation));
        Artifact? environment = null;
        if (package.Python is { } requirements)
        {
            switch (await python.BuildAsync(requirements, counter, cancellation))
            {
                case EnvironmentOutcome.Built built:
                    environment = ArtifactOf("python.tar", built.Archive, built.Bytes);
                    break;
                case EnvironmentOutcome.Refused refused:
                    problems.AddRange(refused.Problems);
                    break;
            }
        }

        if (problems.Count > 0)
            return new PackageResolution.Refused(package.Name, problems);
        var jars = package.Lock.Select(file => ArtifactOf(file.FileName, file.Digest, new FileInfo(Content.PathOf(file.Digest)).Length)).ToList();
        return new PackageResolution.Resolved(package, jars, await ArchiveAsync(package, cancellation), environment);
    }

    private async Task<Artifact?> ArchiveAsync(PackageFolder package, CancellationToken cancellation)
    {
        if (package.Lock.Count == 0)
            return null;

        var key = $"jars-{package.LockDigest}";
        using var held = await ItemLock.TakeAsync(Content.Folder, key, cancellation);
        var record = Path.Combine(Content.Folder, "archives", key);
        if (File.Exists(record) && Digest.TryParse(await File.ReadAllTextAsync(record, cancellation), out var known)
            && await Content.FindAsync(known, cancellation) is { } bytes)
            return ArtifactOf("jars.tar", known, bytes);

        var archive = Content.NewScratchPath();
        await DeterministicTar.WriteAsync(archive, package.Lock.Select(file => (file.FileName, Content.PathOf(file.Digest))), cancellation);
        var size = new FileInfo(archive).Length;
        var digest = await Content.MoveInAsync(archive, cancellation);
        Directory.CreateDirectory(Path.GetDirectoryName(record)!);
        var partial = Content.NewScratchPath();
        await File.WriteAllTextAsync(partial, digest.ToString(), cancellation);
        File.Move(partial, record, overwrite: true);
        return ArtifactOf("jars.tar", digest, size);
    }

    private Artifact ArtifactOf(string fileName, Digest digest, long bytes) => new(fileName, digest, bytes, urls.UrlOf(server(), digest));
}

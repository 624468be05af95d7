namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>Brings the files of a lock into the store: from a repository folder, then from Maven.</summary>
internal sealed class MavenFiles(PackageStoreOptions options, ContentStore store)
{
    private const string Plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath";

    public async Task<IReadOnlyList<ArtifactProblem>> FetchAsync(LockedPackage package, ResolveCounter progress, CancellationToken cancellation)
    {
        var missing = await MissingAsync(package.Lock, progress, cancellation);
        if (missing.Count == 0)
            return [];

        var problems = new List<ArtifactProblem>();
        if (options.MavenRepository is { } repository)
            missing = await AdoptAsync(missing, repository, progress, problems, cancellation);
        if (missing.Count == 0 || problems.Count > 0)
            return problems;

        // One Maven for one lock: whoever waited finds the files there.
        using var held = await ItemLock.TakeAsync(store.Folder, $"maven-{package.LockDigest}", cancellation);
        missing = await MissingAsync(missing, progress, cancellation);
        return missing.Count == 0 ? [] : await RunMavenAsync(package, missing, progress, cancellation);
    }

    /// <summary>What can't be had whatever is tried: neither the store nor a folder has it, and there is no Maven to ask.</summary>
    public IEnumerable<ArtifactProblem> AbsentForSure(LockedPackage package) => MavenIsThere()
        ? []
        : package.Lock
            .Where(file => !File.Exists(store.PathOf(file.Digest)) && !(options.MavenRepository is { } folder && File.Exists(Path.Combine(folder, file.Path))))
            .Select(file => new ArtifactProblem(file.Path, $"no folder has it and {options.MavenProgram} is not installed", PackageStoreOptions.MavenRemedy));

    private bool MavenIsThere() => options.MavenProgram.Contains('/', StringComparison.Ordinal)
        ? File.Exists(options.MavenProgram)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, options.MavenProgram)));

    private async Task<List<LockedFile>> MissingAsync(IEnumerable<LockedFile> files, ResolveCounter progress, CancellationToken cancellation)
    {
        var missing = new List<LockedFile>();
        foreach (var file in files)
        {
            if (await store.FindAsync(file.Digest, cancellation) is { } bytes)
                progress.Arrived(file.FileName, bytes);
            else
                missing.Add(file);
        }

        return missing;
    }

    private async Task<List<LockedFile>> AdoptAsync(
        IEnumerable<LockedFile> files, string repository, ResolveCounter progress, List<ArtifactProblem> problems, CancellationToken cancellation)
    {
        var missing = new List<LockedFile>();
        foreach (var file in files)
        {
            var path = Path.Combine(repository, file.Path);
            if (!File.Exists(path))
                missing.Add(file);
            else if (await store.AdoptAsync(path, file.Digest, cancellation) is { } found)
                problems.Add(new(file.Path, $"the file in {repository} has sha256 {found} and the lock says {file.Digest}", "Replace the file, or the repository that gave it.") { Differs = true });
            else
                progress.Arrived(file.FileName, new FileInfo(path).Length);
        }

        return missing;
    }

    private async Task<IReadOnlyList<ArtifactProblem>> RunMavenAsync(
        LockedPackage package, List<LockedFile> missing, ResolveCounter progress, CancellationToken cancellation)
    {
        var repository = store.NewScratchPath();
        Directory.CreateDirectory(repository);
        try
        {
            List<string> arguments =
            [
                "--batch-mode", "--file", package.PomPath, $"-Dmaven.repo.local={repository}",
                "-Dmaven.wagon.http.retryHandler.count=2", "-Dmaven.wagon.rto=30000",
            ];
            if (options.MavenSettings is { } settings)
                arguments.AddRange(["--settings", settings]);
            arguments.Add(Plugin);
            progress.Doing($"Maven fetches {missing.Count} files of {package.Name}");
            var run = new ProgramRun(options.MavenProgram, options.Patience)
            {
                Arguments = arguments,
                OnLine = line =>
                {
                    if (line.Contains("Downloaded from", StringComparison.Ordinal))
                        progress.Doing($"Maven fetched {FileNameIn(line)}");
                },
            };
            var outcome = await run.RunAsync(cancellation);

            // What came although Maven failed stays: the next attempt has less to do.
            var problems = new List<ArtifactProblem>();
            missing = await AdoptAsync(missing, repository, progress, problems, cancellation);
            var reason = outcome is ProgramOutcome.Failed failed ? failed.Reason : "Maven ended well without it: the pom does not ask for it";
            var folder = options.MavenRepository is { } configured ? $"not in {configured}; " : "";
            return [.. problems, .. missing.Select(file => new ArtifactProblem(file.Path, folder + reason, PackageStoreOptions.MavenRemedy))];
        }
        finally
        {
            Directory.Delete(repository, recursive: true);
        }
    }

    private static string FileNameIn(string line)
    {
        var address = line.Split(' ').FirstOrDefault(word => word.Contains("://", StringComparison.Ordinal)) ?? line;
        return address[(address.LastIndexOf('/') + 1)..];
    }
}

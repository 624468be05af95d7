using System.Text;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>What came of building a Python environment.</summary>
internal abstract record EnvironmentOutcome
{
    private EnvironmentOutcome()
    {
    }

    public sealed record Built(Digest Archive) : EnvironmentOutcome;

    public sealed record Refused(IReadOnlyList<ArtifactProblem> Problems) : EnvironmentOutcome;
}

/// <summary>
/// Python environments as tars that any host with the same Python can use from any folder. Each is built once: which tar came of which
/// requirements under which Python is kept in <c>environments/</c>.
/// </summary>
internal sealed class PythonEnvironments(PackageStoreOptions options, ContentStore store)
{
    // Changes when the same requirements are to be packed differently.
    private const string Layout = "2";
    public const string PythonRemedy = "Install Debian's python3 and python3-venv.";
    // Python runs this before anything else. A host's own distributions are built for other versions than those packed here: a mixture of
    // both, such as a new numpy under an old scipy, does not even import.
    private const string Isolation = """
        import sys

        def _of_the_host(path):
            return "/dist-packages" in str(path)

        sys.path[:] = [path for path in sys.path if not _of_the_host(path)]
        for _name, _module in list(sys.modules.items()):
            if any(map(_of_the_host, getattr(_module, "__path__", None) or [])):
                del sys.modules[_name]

        """;

    private const string VersionScript = "import sys, sysconfig; print(sys.version.split()[0], sysconfig.get_platform(), sep='-')";

    public async Task<EnvironmentOutcome> BuildAsync(Requirements requirements, ResolveCounter progress, CancellationToken cancellation)
    {
        var asked = new ProgramRun(options.PythonProgram, options.Patience) { Arguments = ["-I", "-c", VersionScript] };
        if (await asked.RunAsync(cancellation) is ProgramOutcome.Failed absent)
            return Refuse(options.PythonProgram, absent.Reason, PythonRemedy);
        var key = Digest.Of(Encoding.UTF8.GetBytes($"{Layout}\n{asked.Lines.Last()}\n{requirements.Text}")).ToString();

        using var held = await ItemLock.TakeAsync(store.Folder, $"python-{key}", cancellation);
        var record = new StoreRecord(store, "environments", key);
        if (await record.ReadAsync(cancellation) is { } known)
            return await ArrivedAsync(known, progress, cancellation);

        var problems = new List<ArtifactProblem>();
        var complete = options.Wheels is { } wheels && await new WheelsFolder(wheels).HoldsAllAsync(requirements, problems, cancellation);
        if (problems.Count > 0)
            return new EnvironmentOutcome.Refused(problems);

        return await InstallAsync(requirements, complete, progress, cancellation) switch
        {
            EnvironmentOutcome.Built built => await ArrivedAsync(await record.WriteAsync(built.Archive, cancellation), progress, cancellation),
            var refused => refused,
        };
    }

    private async Task<EnvironmentOutcome> ArrivedAsync(Digest archive, ResolveCounter progress, CancellationToken cancellation)
    {
        progress.Arrived("Python environment", await store.FindAsync(archive, cancellation) ?? 0);
        return new EnvironmentOutcome.Built(archive);
    }

    private async Task<EnvironmentOutcome> InstallAsync(Requirements requirements, bool fromFolder, ResolveCounter progress, CancellationToken cancellation)
    {
        var scratch = store.NewScratchPath();
        Directory.CreateDirectory(scratch);
        try
        {
            progress.Doing($"Python environment of {requirements.Items.Count} distributions: making the venv");
            var venv = Path.Combine(scratch, "venv");
            if (await RunAsync(options.PythonProgram, ["-I", "-m", "venv", venv], null, cancellation) is ProgramOutcome.Failed noVenv)
                return Refuse("venv", noVenv.Reason, PythonRemedy);

            var python = Path.Combine(venv, "bin", "python3");
            var bundled = Directory.GetFileSystemEntries(SitePackages(venv));
            // Source archives are built with the setuptools of the requirements, so it comes first.
            var first = requirements.Items.Where(item => Requirement.Normalize(item.Name) == "setuptools").Select(item => item.Line).ToList();
            foreach (var lines in new[] { first, requirements.Items.Select(item => item.Line).ToList() }.Where(lines => lines.Count > 0))
            {
                var outcome = await PipAsync(python, scratch, lines, fromFolder, progress, cancellation);
                if (outcome is not ProgramOutcome.Failed failed)
                    continue;
                var differing = PipComplaints.Differing(failed.Lines);
                return differing.Count > 0 ? new EnvironmentOutcome.Refused(differing) : Refuse(ItemIn(failed.Reason), failed.Reason, PackageStoreOptions.PythonRemedy);
            }

            progress.Doing("Python environment: compiling and packing");
            return await PackAsync(venv, python, bundled, requirements, cancellation);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private async Task<ProgramOutcome> PipAsync(
        string python, string scratch, List<string> lines, bool fromFolder, ResolveCounter progress, CancellationToken cancellation)
    {
        var file = Path.Combine(scratch, $"requirements-{lines.Count}.txt");
        await File.WriteAllLinesAsync(file, lines, cancellation);
        List<string> arguments = ["-m", "pip", "install", "--require-hashes", "--no-deps", "--no-build-isolation", "--no-compile", "--progress-bar", "off", "-r", file];
        if (fromFolder)
            arguments.Add("--no-index");
        if (options.Wheels is { } wheels)
            arguments.AddRange(["--find-links", wheels]);
        var seen = 0;
        return await RunAsync(python, arguments, line =>
        {
            if (line.StartsWith("Collecting ", StringComparison.Ordinal))
                progress.Doing($"Python environment: {++seen} of {lines.Count}, {line.Split(' ')[1]}");
            else if (line.StartsWith("Installing collected", StringComparison.Ordinal))
                progress.Doing($"Python environment: installing {lines.Count} distributions");
        }, cancellation);
    }

    private async Task<EnvironmentOutcome> PackAsync(string venv, string python, string[] bundled, Requirements requirements, CancellationToken cancellation)
    {
        var packages = SitePackages(venv);
        if (!requirements.Items.Any(item => Requirement.Normalize(item.Name) == "pip"))
        {
            foreach (var entry in bundled.Where(entry => Path.GetFileName(entry).StartsWith("pip", StringComparison.Ordinal) && Directory.Exists(entry)))
                Directory.Delete(entry, recursive: true);
        }

        await File.WriteAllTextAsync(Path.Combine(packages, "sitecustomize.py"), Isolation, cancellation);

        // Compiled for good: unpacked files have other times than these, and no task may write beside them.
        List<string> compile = ["-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "-s", packages, packages];
        // Some distributions carry files for other Pythons, which do not compile: no fault of the environment.
        await RunAsync(python, compile, null, cancellation);

        var members = DeterministicTar.Below(packages, "site-packages")
            .Concat(DeterministicTar.Below(Path.Combine(venv, "share"), "share"))
            .Concat(DeterministicTar.Below(Path.Combine(venv, "etc"), "etc"));
        var archive = store.NewScratchPath();
        await DeterministicTar.WriteAsync(archive, members, cancellation);
        return new EnvironmentOutcome.Built(await store.MoveInAsync(archive, cancellation));
    }

    private Task<ProgramOutcome> RunAsync(string program, List<string> arguments, Action<string>? onLine, CancellationToken cancellation) =>
        new ProgramRun(program, options.Patience)
        {
            Arguments = arguments,
            OnLine = onLine,
            Environment = new Dictionary<string, string?>
            {
                ["PYTHONPATH"] = null,
                ["PYTHONHOME"] = null,
                ["PYTHONNOUSERSITE"] = "1",
                ["PYTHONHASHSEED"] = "0",
                ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1",
                ["PIP_NO_INPUT"] = "1",
                ["PIP_TARGET"] = null,
                ["PIP_USER"] = null,
            },
        }.RunAsync(cancellation);

    private static string SitePackages(string venv) =>
        Path.Combine(Directory.GetDirectories(Path.Combine(venv, "lib"), "python3*").Single(), "site-packages");

    private static string ItemIn(string complaint)
    {
        const string Marker = "No matching distribution found for ";
        var at = complaint.IndexOf(Marker, StringComparison.Ordinal);
        return at < 0 ? LockedPackage.RequirementsName : complaint[(at + Marker.Length)..].Split(' ')[0];
    }

    private static EnvironmentOutcome.Refused Refuse(string item, string reason, string remedy) => new([new(item, reason, remedy)]);
}
